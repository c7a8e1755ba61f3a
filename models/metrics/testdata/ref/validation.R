# Makes validation.csv: the smooth calibration curve and its errors. Run: Rscript validation.R
# R 4.2.2, rms 6.5.0. val.prob smooths by lowess(iter = 0), as NewCalibrationCurve does.
suppressMessages(library(rms))
d <- read.csv("../reference.csv")
v <- val.prob(d$first, d$won, pl = FALSE)
s <- lowess(d$first, d$won, iter = 0)
at <- c(0.05, 0.2, 0.35, 0.5, 0.8, 0.95)
curve <- approx(s$x, s$y, xout = at, ties = mean)$y
distance <- abs(d$first - approx(s$x, s$y, xout = d$first, ties = mean)$y)
figures <- c(ici = unname(v["Eavg"]), e90 = unname(v["E90"]), e_max = unname(v["Emax"]), e50 = median(distance),
             setNames(curve, paste0("curve_", at)))
write.table(data.frame(figure = names(figures), value = sprintf("%.15g", figures)), "validation.csv",
            sep = ",", row.names = FALSE, quote = FALSE)

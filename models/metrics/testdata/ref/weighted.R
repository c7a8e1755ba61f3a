# Makes weighted.csv: calibration with a weight a lead, its errors by the sandwich. Run: Rscript weighted.R
# R 4.2.2, sandwich 3.0-2
suppressMessages(library(sandwich))
d <- read.csv("../reference.csv")
eta <- qlogis(d$first)
suppressWarnings({ # weights that are no whole numbers
  line <- glm(won ~ eta, binomial, d, weights = weight, control = list(epsilon = 1e-14, maxit = 100))
  shift <- glm(won ~ offset(eta), binomial, d, weights = weight, control = list(epsilon = 1e-14, maxit = 100))
})
figures <- c(slope = unname(coef(line)[2]), slope_error = sqrt(sandwich(line)[2, 2]),
             intercept = unname(coef(shift)[1]), intercept_error = sqrt(sandwich(shift)[1, 1]),
             expected = sum(d$weight * d$first), observed = sum(d$weight * d$won))
write.table(data.frame(figure = names(figures), value = sprintf("%.15g", figures)), "weighted.csv",
            sep = ",", row.names = FALSE, quote = FALSE)

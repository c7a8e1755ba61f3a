# Cumulative incidence of a win beside the competing loss, for TestIncidenceReference and TestIncidenceVarianceReference.
# R 4.2.2, survival 3.5-3, etm 1.1.1: Rscript incidence.R writes incidence_leads.csv, incidence.csv and incidence_variance.csv.
library(survival)
set.seed(7)
n <- 400
win <- rweibull(n, 0.9, 60); lose <- rweibull(n, 1.3, 45); seen <- runif(n, 5, 200)
days <- ceiling(pmin(win, lose, seen)) # whole days, so that there are ties
end <- ifelse(pmin(win, lose) > seen, "open", ifelse(win < lose, "won", "lost"))
write.csv(data.frame(days, end), "incidence_leads.csv", row.names = FALSE, quote = FALSE)
fit <- survfit(Surv(days, factor(end, c("open", "won", "lost"))) ~ 1)
decided <- fit$n.event[, 2] + fit$n.event[, 3] > 0
out <- data.frame(days = fit$time, at_risk = fit$n.risk[, 1], open = fit$pstate[, 1], won = fit$pstate[, 2])[decided, ]
write.csv(format(out, digits = 15), "incidence.csv", row.names = FALSE, quote = FALSE)

# The variance: of the incidence beside a competing end by etm (Greenwood's kind), of the same without one by survival (Greenwood's).
library(etm)
cif <- etmCIF(Surv(days, end != "open") ~ 1, data.frame(days, end), etype = end, failcode = "won")
s <- summary(cif)[[1]]$`CIF won`
km <- survfit(Surv(days, end != "open") ~ 1)
k <- match(s$time, km$time)
out <- data.frame(days = s$time, won = s$P, variance = s$var, decided = 1 - km$surv[k], greenwood = (km$surv * km$std.err)[k]^2)
write.csv(format(out, digits = 15), "incidence_variance.csv", row.names = FALSE, quote = FALSE)

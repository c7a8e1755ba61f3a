# Cumulative incidence of a win beside the competing loss, for TestIncidenceReference.
# R 4.2.2, survival 3.5-3: Rscript incidence.R writes incidence_leads.csv and incidence.csv.
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

# Makes delong.csv: DeLong's variances by pROC, for models/metrics. Run after reference.py: Rscript reference.R
# R 4.2.2, pROC 1.18.0
suppressMessages(library(pROC))
d <- read.csv("reference.csv")
a <- roc(d$won, d$first, direction = "<", quiet = TRUE)
b <- roc(d$won, d$second, direction = "<", quiet = TRUE)
test <- roc.test(a, b, method = "delong", paired = TRUE)
interval <- ci.auc(a, method = "delong")
figures <- c(auc_first = as.numeric(auc(a)), auc_second = as.numeric(auc(b)),
             error_first = sqrt(var(a)), error_second = sqrt(var(b)),
             low_first = interval[1], high_first = interval[3],
             difference = as.numeric(auc(a) - auc(b)), z = unname(test$statistic))
write.table(data.frame(figure = names(figures), value = sprintf("%.15g", figures)), "delong.csv",
            sep = ",", row.names = FALSE, quote = FALSE)

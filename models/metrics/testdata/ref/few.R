# Makes few.csv: Newcombe's (2006) method 5 for the area under the curve of few leads. Run: Rscript few.R
# R 4.2.2. The limits are the roots of |area - theta| = 1.96 * error(theta), found by uniroot.
cases <- rbind(c(1, 5, 5), c(1, 79, 62), c(2, 4, 8), c(2, 4, 0), c(3, 20, 45), c(9, 9, 40), c(5, 200, 700), c(30, 4, 117))
z <- qnorm(0.975)
limits <- function(won, lost, pairs) {
  area <- pairs / (won * lost)
  star <- (won + lost) / 2 - 1
  beyond <- function(theta) {
    variance <- theta * (1 - theta) * (1 + star * (1 - theta) / (2 - theta) + star * theta / (1 + theta)) / (won * lost)
    abs(area - theta) - z * sqrt(variance)
  }
  root <- function(from, to) if (from == to) area else uniroot(beyond, c(from, to), tol = 1e-14)$root
  tiny <- 1e-12
  low <- if (area == 0) 0 else root(tiny, area - tiny)
  high <- if (area == 1) 1 else root(area + tiny, 1 - tiny)
  c(won = won, lost = lost, pairs = pairs, low = low, high = high)
}
rows <- t(apply(cases, 1, function(k) limits(k[1], k[2], k[3])))
colnames(rows) <- c("won", "lost", "pairs", "low", "high")
write.table(format(rows, digits = 15, trim = TRUE), "few.csv", sep = ",", row.names = FALSE, quote = FALSE)

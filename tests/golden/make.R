# Makes the golden files of ranger in the working directory: cd tests/golden && Rscript make.R [FOLDER-OF-RANGER-0.18]
# R 4.2.2 and ranger 0.14.1 (Debian 12's packages) made those that are committed, and ranger 0.18.0 those called na-* and new-*.
source("write.R")
args <- commandArgs(TRUE)
if (length(args) > 0) library(ranger, lib.loc = args[1]) else library(ranger)
suppressMessages(library(survival))
options(ranger.num.threads = 1)
grow <- function(...) ranger(..., num.threads = 1)
set.seed(20)
d <- mixed_data(120)
test <- mixed_data(40)

if (packageVersion("ranger") < "0.15") {
  # Ties, broken by a seed as R does.
  even <- grow(class ~ real + whole + yes, d, num.trees = 8, seed = 1)
  ranger_golden("ties", even, test, c("fewer", "nodes", "all"), seeds = c(1:9, 2147483647))
  n <- 200
  many <- data.frame(x = runif(n), z = runif(n), y = factor(sample(sprintf("c%02d", 1:30), n, TRUE)))
  ranger_golden("ties-many", grow(y ~ x + z, many, num.trees = 12, seed = 2), many[1:60, ], seeds = 1:5)
  numeric <- grow(x = many[c("x", "z")], y = c(-1.5, 0, 2, 1e6)[sample(4, n, TRUE)], num.trees = 6, classification = TRUE, seed = 3)
  ranger_golden("ties-numeric", numeric, many[1:60, ], c("all"), seeds = 1:5)

  # Answers beside the mean.
  ranger_golden("quantreg", grow(y ~ real + whole + yes + size, d, num.trees = 60, quantreg = TRUE, keep.inbag = TRUE, seed = 4), test,
                c("fewer", "nodes", "all", "quantiles", "se"))
  ranger_golden("se-without-replacement", grow(y ~ real + whole, d, num.trees = 80, keep.inbag = TRUE, replace = FALSE, seed = 5), test[1:20, ],
                c("se"))
  ranger_golden("se-few-trees", grow(y ~ real, d, num.trees = 6, keep.inbag = TRUE, seed = 6), test[1:20, ], c("se"))
  ranger_golden("probability", grow(class ~ real + whole + yes + size, d, probability = TRUE, num.trees = 40, keep.inbag = TRUE, seed = 7),
                test, c("fewer", "nodes", "all", "se"))

  # Survival, by each of its split rules.
  s <- Surv(time, status) ~ real + whole + yes + size
  for (rule in c("logrank", "extratrees", "C", "maxstat")) {
    ranger_golden(paste0("survival-", tolower(rule)), grow(s, d, num.trees = 10, min.node.size = 12, splitrule = rule, seed = 8), test[1:20, ],
                  if (rule == "logrank") c("fewer", "nodes", "all"))
  }

  # Split rules differ in training alone.
  f <- function(y) reformulate(c("real", "whole", "yes", "size"), y)
  ranger_golden("split-extratrees", grow(f("y"), d, num.trees = 20, splitrule = "extratrees", num.random.splits = 3, seed = 9), test)
  ranger_golden("split-maxstat", grow(f("y"), d, num.trees = 20, splitrule = "maxstat", seed = 9), test)
  ranger_golden("split-beta", grow(f("share"), d, num.trees = 20, splitrule = "beta", seed = 9), test)
  ranger_golden("split-hellinger", grow(f("binary"), d, num.trees = 15, splitrule = "hellinger", seed = 9), test)
  ranger_golden("split-extratrees-class", grow(f("class"), d, num.trees = 15, splitrule = "extratrees", seed = 9), test)

  # Every type of column, in the three ways to treat unordered factors.
  all <- function(y) reformulate(COLUMNS, y)
  for (way in c("ignore", "order", "partition")) {
    ranger_golden(paste0("columns-", way), grow(all("y"), d, num.trees = 20, respect.unordered.factors = way, seed = 10), test)
    ranger_golden(paste0("columns-", way, "-class"), grow(all("class"), d, num.trees = 15, respect.unordered.factors = way, seed = 10), test)
  }
  ranger_golden("columns-order-survival", grow(Surv(time, status) ~ real + colour + word, d, num.trees = 8, min.node.size = 15,
                                               respect.unordered.factors = "order", seed = 10), test[1:20, ])
  wide <- data.frame(x = factor(sample(sprintf("l%02d", 1:53), 300, TRUE), levels = sprintf("l%02d", 1:53)))
  wide$y <- sin(as.integer(wide$x)) + rnorm(300, sd = 0.1)
  ranger_golden("partition-53", grow(y ~ x, wide, num.trees = 8, respect.unordered.factors = "partition",
                                     splitrule = "extratrees", min.node.size = 20, seed = 11),
                data.frame(x = factor(levels(wide$x), levels = levels(wide$x))))

  # Other ways in: x= and y=, a matrix, a column called by name; a class that no row has; deep and shallow trees; weights.
  m <- as.matrix(d[c("real", "whole")])
  ranger_golden("matrix", grow(x = m, y = d$y, num.trees = 15, seed = 12), test)
  ranger_golden("matrix-class", grow(x = m, y = d$class, num.trees = 15, probability = TRUE, seed = 12), test)
  dropped <- d[d$class != "mid", ]
  ranger_golden("dropped-level", suppressWarnings(grow(class ~ real + whole, dropped, num.trees = 15, probability = TRUE, seed = 13)), test)
  ranger_golden("stumps", grow(dependent.variable.name = "y", data = d[c("y", "real", "whole")], num.trees = 25, max.depth = 1, seed = 14), test)
  ranger_golden("weights", grow(class ~ real + whole + yes, d, num.trees = 15, case.weights = seq_len(120), class.weights = c(1, 2, 3, 4),
                                importance = "impurity", seed = 15), test)

  # The forms a file may have, of one small model.
  small <- grow(y ~ real + whole, d, num.trees = 5, min.node.size = 20, seed = 16)
  form <- function(name, save) ranger_golden(paste0("form-", name), small, test[1:10, ], save = save)
  form("v2", function(model, file) saveRDS(model, file, version = 2))
  form("plain", function(model, file) saveRDS(model, file, compress = FALSE))
  form("bzip2", function(model, file) saveRDS(model, file, compress = "bzip2"))
  form("xz", function(model, file) saveRDS(model, file, compress = "xz"))
  form("ascii", function(model, file) saveRDS(model, file, ascii = TRUE))
  form("ascii-hex", function(model, file) saveRDS(model, file, ascii = NA))
  form("native", function(model, file) writeBin(serialize(model, NULL, xdr = FALSE), file))
  form("rdata", function(model, file) { forest <- model; other <- 1:3; save(forest, other, file = file) })
  form("rdata-ascii", function(model, file) { forest <- model; save(forest, file = file, ascii = TRUE) })
} else {
  # Missing values, which ranger answers from 0.16.4 on (na.learn).
  gaps <- function(data) {
    for (name in c("real", "whole", "size")) data[[name]][sample(nrow(data), nrow(data) %/% 5)] <- NA
    data
  }
  g <- gaps(d)
  holes <- gaps(test)
  f <- function(y) reformulate(c("real", "whole", "yes", "size"), y)
  ranger_golden("na-regression", grow(f("y"), g, num.trees = 20, seed = 1), holes, c("nodes"))
  ranger_golden("na-class", grow(f("class"), g, num.trees = 15, seed = 1), holes)
  ranger_golden("na-probability", grow(f("class"), g, num.trees = 15, probability = TRUE, seed = 1), holes)
  ranger_golden("na-extras", grow(f("y"), g, num.trees = 60, quantreg = TRUE, keep.inbag = TRUE, node.stats = TRUE, seed = 1), holes,
                c("quantiles", "se"))
  factors <- d
  factors$colour[sample(120, 30)] <- NA
  ranger_golden("na-partition", grow(y ~ real + colour, factors, num.trees = 20, respect.unordered.factors = "partition", seed = 1),
                transform(test, colour = replace(colour, c(3, 5, 9), NA)))
  ranger_golden("na-order", grow(y ~ real + colour, factors, num.trees = 20, respect.unordered.factors = "order", seed = 1),
                transform(test, colour = replace(colour, c(3, 5, 9), NA)))

  # What newer forests carry or are grown by.
  ranger_golden("new-node-stats", grow(f("class"), d, num.trees = 10, probability = TRUE, node.stats = TRUE, keep.inbag = TRUE, seed = 2), test)
  ranger_golden("new-poisson", grow(f("count"), d, num.trees = 15, splitrule = "poisson", seed = 2), test)
  ranger_golden("new-times", grow(Surv(time, status) ~ real + whole, d, num.trees = 8, time.interest = 10, min.bucket = 5, seed = 2), test[1:20, ])
  ranger_golden("new-shrunk", { shrunk <- grow(f("y"), d, num.trees = 15, node.stats = TRUE, seed = 2); hshrink(shrunk, 5); shrunk }, test)
}

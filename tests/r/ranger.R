# Makes fresh random forests with R's predictions: Rscript tests/r/ranger.R FOLDER SEED COUNT [FOLDER-OF-RANGER]
# Every option that changes what a file holds or what predict() answers is drawn anew for each.
args <- commandArgs(TRUE)
folder <- args[1]
set.seed(as.integer(args[2]))
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "../golden/write.R"))
if (length(args) > 3) library(ranger, lib.loc = args[4]) else library(ranger)
suppressMessages(library(survival))

one_of <- function(...) sample(list(...), 1)[[1]]
maybe <- function(share = 0.5) runif(1) < share
RESPONSES <- c("regression", "class", "binary", "probability", "survival", "numeric")

# One model; FALSE where ranger itself refuses what was drawn.
make <- function(at) {
  d <- mixed_data(sample(60:200, 1))
  test <- mixed_data(30)
  kind <- RESPONSES[1 + at %% length(RESPONSES)]
  columns <- c("real", sample(setdiff(COLUMNS, "real"), sample(1:5, 1)))
  quantreg <- kind == "regression" && maybe()
  way <- one_of("ignore", "order", "partition")
  rules <- list(regression = c("variance", "extratrees", "maxstat"), class = c("gini", "extratrees"), binary = c("gini", "extratrees", "hellinger"),
                probability = c("gini", "extratrees"), survival = c("logrank", "extratrees", "C", "maxstat"), numeric = c("gini", "extratrees"))
  rule <- sample(rules[[kind]], 1)
  if (rule %in% c("maxstat", "C", "beta") && way == "partition") way <- "ignore"
  y <- switch(kind, regression = d$y, class = if (maybe(0.3)) factor(sample(letters, nrow(d), TRUE)) else d$class, binary = d$binary, probability = one_of(d$class, d$binary),
              survival = Surv(d$time, d$status), numeric = sample(c(-2, 0, 0.5, 7), nrow(d), TRUE))
  options <- list(
    x = d[columns], y = y, probability = kind == "probability", classification = if (kind == "numeric") TRUE,
    num.trees = sample(if (quantreg) 60:90 else 2:40, 1), mtry = sample(length(columns), 1), splitrule = rule,
    min.node.size = if (kind == "survival") sample(8:20, 1) else if (maybe()) sample(10, 1), max.depth = if (maybe(0.3)) sample(6, 1),
    replace = maybe(0.7), keep.inbag = quantreg || maybe(), quantreg = quantreg, respect.unordered.factors = way,
    case.weights = if (maybe(0.2)) runif(nrow(d)), importance = one_of("none", "impurity", "permutation"), save.memory = maybe(0.2),
    num.threads = 1, seed = sample(1e6, 1)
  )
  # Many shallow trees: with few the variance behind an infinitesimal jackknife is below 0, and R says NaN.
  if (kind %in% c("regression", "probability") && options$keep.inbag && maybe()) options[c("num.trees", "max.depth")] <- list(sample(300:600, 1), 2)
  model <- tryCatch(do.call(ranger, options[!vapply(options, is.null, NA)]), error = function(e) NULL)
  if (is.null(model)) return(FALSE)
  # A call made by do.call() holds the data; a saved model holds what was typed.
  model$call <- bquote(ranger(splitrule = .(rule), respect.unordered.factors = .(way)))
  save <- one_of(NULL, function(model, file) saveRDS(model, file, compress = "xz"), function(model, file) saveRDS(model, file, compress = FALSE),
                 function(model, file) writeBin(serialize(model, NULL, xdr = FALSE), file), function(model, file) saveRDS(model, file, version = 2),
                 function(model, file) base::save(model, file = file, compress = "bzip2"), function(model, file) saveRDS(model, file, ascii = TRUE))
  with <- c("fewer", "nodes", "all", if (quantreg) "quantiles", if (options$keep.inbag && !kind %in% c("class", "binary", "numeric", "survival")) "se")
  ranger_golden(sprintf("ranger-%03d", at), model, test, with, seeds = sample(2^31 - 1, 3), quantiles = c(runif(4), 0, 1), folder = folder, save = save)
  TRUE
}
for (at in seq_len(as.integer(args[3]))) while (!make(at)) NULL
cat(sprintf("R %s, ranger %s: %s models from seed %s\n", getRversion(), packageVersion("ranger"), args[3], args[2]))

# Rscript tests/canopy-r/ask.R FOLDER NAME=URL...: asks each model where it is served, by canopy_endpoint(), and compares with R's answers.
# Both ways are taken: the package curl, and the program.
args <- commandArgs(TRUE)
source("model/canopy.R")
for (arg in args[-1]) {
  name <- sub("=.*", "", arg)
  rows <- readRDS(file.path(args[1], paste0(name, ".new.rds")))
  expected <- readRDS(file.path(args[1], paste0(name, ".expected.rds")))
  for (program in c(FALSE, TRUE)) {
    options(canopy.program = program)
    endpoint <- canopy_endpoint(sub("^[^=]*=", "", arg), key = "a \"key\"")
    stopifnot(!any(grepl("a .\"key", capture.output(print(endpoint)))))
    for (type in names(expected)) {
      given <- expected[[type]]
      made <- predict(endpoint, rows, type = type)
      bare <- function(x) if (is.factor(x)) as.character(x) else unname(as.vector(if (is.data.frame(x)) as.matrix(x) else x))
      far <- if (is.numeric(given)) max(abs(bare(made) - bare(given))) / max(abs(given)) else mean(bare(made) != bare(given))
      if (!is.finite(far) || far > 1e-12) stop(name, ", type ", type, ": ", far, " from R")
      if (is.matrix(given)) stopifnot(identical(colnames(made), colnames(given)))
      if (is.factor(given)) stopifnot(identical(levels(made), levels(given)))
    }
  }
  # A sum of columns says why: contributions that add up from the baseline to each prediction.
  if (name %in% c("aov", "lm-difftime")) {
    said <- predict(endpoint, rows, explain = TRUE)
    added <- rowSums(attr(said, "contributions")) + attr(said, "baseline")
    stopifnot(identical(dim(attr(said, "contributions")), c(nrow(rows), length(endpoint$model$features))))
    if (max(abs(added - said)) > 1e-9 * max(abs(said))) stop(name, ": contributions that do not add up")
  }
  wrong <- tryCatch(predict(endpoint, rows, type = "nonsense"), canopy_problem = identity)
  stopifnot(inherits(wrong, "canopy_problem"), wrong$status == 422, nrow(wrong$problems) == 1, grepl("nonsense", conditionMessage(wrong)))
}
# What codetools finds in a package's functions.
library(codetools)
found <- character()
for (where in list(environment(canopy_save), environment(canopy_endpoint)))
  checkUsageEnv(where, report = function(text) found <<- c(found, text))
for (name in c("canopy_save", "canopy_endpoint", "predict.canopy_endpoint"))
  checkUsage(get(name), name, report = function(text) found <<- c(found, text))
if (length(found)) stop("codetools: ", found)
cat(length(args) - 1, "models asked from R\n")

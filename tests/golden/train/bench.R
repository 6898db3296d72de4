# Times ranger within its process on a large table: Rscript bench.R FILE.csv THREADS TREES
# Prints the seconds of the fit, and the greatest memory of the process in kB after it and before.
library(ranger)
arguments <- commandArgs(trailingOnly = TRUE)
data <- read.csv(arguments[1])
memory <- function() as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)))
before <- memory()
set.seed(42)
time <- system.time(model <- ranger(y ~ ., data, num.trees = as.integer(arguments[3]), num.threads = as.integer(arguments[2]), verbose = FALSE))
cat(time[["elapsed"]], time[["user.self"]] + time[["sys.self"]], memory(), before, sprintf("%.17g", model$prediction.error), "\n")

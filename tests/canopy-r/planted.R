# Rscript tests/canopy-r/planted.R FOLDER: no value of a column stands in the sidecar, beside its two ends and its default. Of each column every value
# is one row's own. With share_rows = TRUE they are found there. FOLDER/planted.txt gets the values, which the artifact must not have either.
folder <- commandArgs(TRUE)[1]
source("model/canopy.R")
set.seed(22)
n <- 300
data <- data.frame(real = rnorm(n, 5000, 900), whole = round(runif(n, 1e11, 9e11)), since = as.Date("1700-01-01") + sample.int(110000, n),
  at = as.POSIXct("2020-01-01", tz = "UTC") + runif(n, 0, 1e8))
data$y <- data$real / 100 + data$whole / 1e11 + as.numeric(data$since) / 1e4 + rnorm(n)
model <- lm(y ~ real + whole + since + at, data)
inside <- lapply(data[1:4], function(x) setdiff(as.numeric(x), c(range(as.numeric(x)), quantile(as.numeric(x), 0.5, type = 1), quantile(as.numeric(x), 0.5))))
told <- function(name, ...) {
  file <- file.path(folder, paste0(name, ".RDS"))
  canopy_save(model, data, file, ...)
  text <- paste(readLines(sub("RDS$", "model.json", file), encoding = "UTF-8", warn = FALSE), collapse = "\n")
  found <- function(pattern) regmatches(text, gregexpr(pattern, text, perl = TRUE))[[1]]
  c(as.numeric(found("(?<![\\w.-])-?[0-9]+(?:\\.[0-9]+)?(?:e[-+]?[0-9]+)?(?![\\w.-])")),
    as.numeric(as.Date(found("[0-9]{4}-[0-9]{2}-[0-9]{2}"))), as.numeric(as.POSIXct(found("[0-9-]{10}T[0-9:]{8}"), format = "%Y-%m-%dT%H:%M:%S", tz = "UTC")))
}
shown <- told("planted")
shared <- told("shared", share_rows = TRUE)
for (name in names(inside)[-3]) {
  if (any(here <- inside[[name]] %in% shown)) stop(name, ": values of the data in the sidecar: ", paste(inside[[name]][here], collapse = ", "))
  if (!any(inside[[name]] %in% shared)) stop(name, ": share_rows = TRUE shows no value of the data, so nothing is proven here")
}
# Days are few, so that one that is drawn may be somebody's: no more of them than chance brings.
days <- sum(inside$since %in% shown)
if (days > 5 || sum(inside$since %in% shared) < 50) stop(days, " days of the data in the sidecar")
writeLines(sprintf("%.17g", inside$real), file.path(folder, "planted.txt"))
cat("planted values: none in the sidecar\n")

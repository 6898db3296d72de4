# Rscript --vanilla tests/canopy-r/odd.R FOLDER: canopy.R in an odd session: the C locale, odd options, base R's functions masked in the workspace. It
# saves FOLDER/odd.RDS, whose levels are UTF-8, and fails where what is wrong is not refused in words.
folder <- commandArgs(TRUE)[1]
options(OutDec = ",", scipen = -5, digits = 3, warn = 2)
table <- file.path(folder, "odd table.csv")
writeLines(c("f,y", rep(c("ção,1", "n\"ão,2", "日本,4"), 10)), table, useBytes = TRUE)
data <- read.csv(table, stringsAsFactors = TRUE, quote = "")
data$y <- data$y + seq_len(30) / 100
data$when <- as.POSIXct("2020-01-01", tz = "UTC") + seq_len(30)^2
model <- lm(y ~ f + when, data)
source("model/canopy.R")
refusal <- function(words, ...) {
  said <- tryCatch(canopy_save(...), error = conditionMessage)
  if (!grepl(words, said)) stop("expected a refusal by ", words, ", found ", said)
}
file <- file.path(folder, "odd.RDS")
# R reads 5.90723108535343 as this number, and everybody else as its neighbour.
stopifnot(identical(environment(canopy_save)$digits(c(5.9072310853534304, 3, NA)), c("5.9072310853534304", "3", "null")))
refusal("ends in .RDS", model, data, "odd.txt")
refusal("one name", model, data, c("a.RDS", "b.RDS"))
refusal("the folder", model, data, file.path(folder, "none", "odd.RDS"))
refusal("the title", model, data, file, title = 5)
refusal("labels without names", model, data, file, labels = list("Y"))
refusal("no column z", model, data, file, target = "z")
refusal("no rows", model, data[0, ], file)
refusal("the column when: no value", model, transform(data, when = as.POSIXct(NA)), file)
refusal("not UTF-8", lm(y ~ g, transform(data, g = rep(c("\xe9", "a"), 15))), transform(data, g = rep(c("\xe9", "a"), 15)), file)
refusal("class list", list(model), data, file)
refusal("no column of the data", lm(y ~ 1, data), data, file)
stopifnot(!file.exists(file), length(list.files(folder)) == 1)
for (name in c("c", "paste", "paste0", "array", "range", "sum", "t", "is.na", "format", "lapply", "vapply", "cat", "digits", "json", "setdiff", "match",
  "names", "numbers", "Filter", "Reduce", "as.data.frame", "set.seed", "file.rename")) assign(name, function(...) base::stop("masked"))
T <- 0
canopy_save(model, data, file)
stopifnot(base::identical(base::length(base::list.files(folder)), 3L))

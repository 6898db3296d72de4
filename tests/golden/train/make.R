# Fits forests with R's ranger and writes what they are: Rscript make.R FOLDER golden|live
# FOLDER gets the data as CSV, a cases.json, and one RDS a case. Debian's r-base-core, r-cran-ranger and r-cran-survival
# (R 4.2.2, ranger 0.14.1) made the golden files; .ci/run makes the live ones anew each time. LC_ALL=C, so that levels sort
# by their code points.
Sys.setlocale("LC_ALL", "C")
library(ranger)
library(survival)
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
live <- arguments[2] == "live"
top <- dirname(dirname(dirname(dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))))))

json <- function(value) {
  if (length(value) == 0) return("{}")
  if (is.list(value)) return(paste0("{", paste0("\"", names(value), "\":", sapply(value, json), collapse = ","), "}"))
  one <- if (is.character(value)) paste0("\"", value, "\"") else if (is.logical(value)) tolower(value) else sprintf("%.17g", value)
  if (length(one) == 1) one else paste0("[", paste(one, collapse = ","), "]")
}

write <- function(data, name) write.csv(data, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
write(iris, "iris")
write(mtcars, "mtcars")
write(na.omit(airquality), "airquality")
write(veteran, "veteran")
write(warpbreaks, "warpbreaks")
write(chickwts, "chickwts")
set.seed(2026)
n <- if (live) 2000 else 200
x <- as.data.frame(matrix(rnorm(n * 20), n))
x$V3 <- round(x$V3, 1)
x$V4 <- sample(c("a", "b", "c", "d"), n, TRUE)
x$V5 <- x$V5 > 0
x$V6 <- sample(1:5, n, TRUE)
x$w <- ifelse(runif(n) < 0.1, 0, runif(n))
x$y <- x$V1 + x$V2^2 + (x$V4 == "b") + rnorm(n) / 3
x$class <- c("one", "two", "three", "four", "five")[1 + (rank(x$y + rnorm(n)) * 5) %/% (n + 1)]
if (live) write(x, "random")

cases <- list()
case <- function(name, data, formula, seed, ..., own = FALSE) {
  cases[[name]] <<- list(data = data, formula = formula, seed = seed, own = own, arguments = list(...))
}
both <- function(...) case(...)
only <- function(...) if (live) case(...)

both("heart-variance", "heart", "target ~ .", 1, num.trees = 20, importance = "impurity")
both("heart-replace-false", "heart", "target ~ age + chol + thalach", 7, num.trees = 10, replace = FALSE, keep.inbag = TRUE, min.node.size = 20)
both("heart-probability", "heart", "factor(target) ~ .", 2, num.trees = 10, probability = TRUE, importance = "impurity")
both("iris-gini", "iris", "Species ~ .", 3, num.trees = 20, importance = "permutation")
both("iris-extratrees", "iris", "Species ~ .", 99, num.trees = 10, splitrule = "extratrees", num.random.splits = 3)
both("mtcars-permutation", "mtcars", "mpg ~ . - cyl", 123456789, num.trees = 20, importance = "permutation", mtry = 5, own = TRUE)
both("airquality-extratrees", "airquality", "Ozone ~ .", 5, num.trees = 10, splitrule = "extratrees", max.depth = 5)
both("airquality-maxstat", "airquality", "Ozone ~ .", 6, num.trees = 10, splitrule = "maxstat", importance = "impurity")
both("veteran-logrank", "veteran", "Surv(time, status) ~ .", 8, num.trees = 5, min.node.size = 10)
both("warpbreaks-partition", "warpbreaks", "breaks ~ wool + tension", 9, num.trees = 20, respect.unordered.factors = "partition")
both("chickwts-order", "chickwts", "weight ~ feed", 10, num.trees = 20, respect.unordered.factors = "order", quantreg = TRUE)
both("heart-class-weights", "heart", "factor(target) ~ .", 11, num.trees = 10, class.weights = c(1, 3), sample.fraction = c(0.2, 0.4))
both("iris-class-fraction", "iris", "Species ~ .", 12, num.trees = 10, replace = FALSE, sample.fraction = c(0.1, 0.2, 0.3), keep.inbag = TRUE)
both("heart-hellinger", "heart", "factor(target) ~ .", 13, num.trees = 10, splitrule = "hellinger", importance = "impurity")

only("heart-age-42", "heart", "target ~ age", 42)
only("heart-defaults", "heart", "target ~ .", 42)
only("heart-own-seed", "heart", "target ~ .", 4294967295, own = TRUE, num.trees = 50)
only("heart-negative-seed", "heart", "target ~ .", -5, num.trees = 50)
only("heart-deep", "heart", "target ~ .", 43, num.trees = 50, min.node.size = 1)
only("heart-shallow", "heart", "factor(target) ~ .", 44, num.trees = 50, max.depth = 2)
only("heart-two-threads", "heart", "target ~ .", 45, num.trees = 50, num.threads = 2)
only("heart-probability-numeric", "heart", "target ~ .", 46, num.trees = 50, probability = TRUE)
only("heart-classification-numeric", "heart", "target ~ .", 47, num.trees = 50, classification = TRUE)
only("heart-probability-permutation", "heart", "factor(target) ~ .", 48, num.trees = 30, probability = TRUE, importance = "permutation")
only("heart-probability-hellinger", "heart", "factor(target) ~ .", 49, num.trees = 50, probability = TRUE, splitrule = "hellinger")
only("heart-order", "heart", "factor(target) ~ .", 50, num.trees = 50, respect.unordered.factors = "order")
only("iris-defaults", "iris", "Species ~ .", 42)
only("iris-ties", "iris", "Species ~ Sepal.Width", 52, num.trees = 6)
only("iris-probability", "iris", "Species ~ .", 53, num.trees = 100, probability = TRUE, min.node.size = 3)
only("iris-mtry", "iris", "Species ~ .", 54, num.trees = 100, mtry = 4)
only("iris-regression", "iris", "Sepal.Length ~ .", 55, num.trees = 100)
only("iris-regression-partition", "iris", "Sepal.Length ~ .", 56, num.trees = 100, respect.unordered.factors = "partition")
only("iris-regression-order", "iris", "Sepal.Length ~ .", 57, num.trees = 100, respect.unordered.factors = "order", importance = "impurity")
only("iris-class-weights", "iris", "Species ~ .", 58, num.trees = 100, class.weights = c(1, 10, 2))
only("iris-small-fraction", "iris", "Species ~ .", 59, num.trees = 100, sample.fraction = 0.1)
only("mtcars-defaults", "mtcars", "mpg ~ .", 60)
only("mtcars-maxstat", "mtcars", "mpg ~ .", 61, num.trees = 100, splitrule = "maxstat", alpha = 0.9)
only("mtcars-quantreg", "mtcars", "mpg ~ .", 62, num.trees = 50, quantreg = TRUE)
only("airquality-defaults", "airquality", "Ozone ~ .", 63, importance = "impurity")
only("airquality-permutation", "airquality", "Ozone ~ .", 64, num.trees = 50, importance = "permutation", replace = FALSE)
only("veteran-defaults", "veteran", "Surv(time, status) ~ .", 42)
only("veteran-importance", "veteran", "Surv(time, status) ~ .", 65, num.trees = 20, importance = "permutation")
only("veteran-impurity", "veteran", "Surv(time, status) ~ .", 66, num.trees = 20, importance = "impurity", max.depth = 4)
only("veteran-extratrees", "veteran", "Surv(time, status) ~ .", 67, num.trees = 20, splitrule = "extratrees", num.random.splits = 4)
only("veteran-maxstat", "veteran", "Surv(time, status) ~ .", 68, num.trees = 20, splitrule = "maxstat")
only("veteran-partition", "veteran", "Surv(time, status) ~ celltype + age", 69, num.trees = 20, respect.unordered.factors = "partition")
only("warpbreaks-defaults", "warpbreaks", "breaks ~ .", 70)
only("warpbreaks-extratrees", "warpbreaks", "breaks ~ .", 71, splitrule = "extratrees")
only("warpbreaks-order", "warpbreaks", "wool ~ breaks + tension", 72, respect.unordered.factors = "order", num.trees = 100)
only("warpbreaks-class-partition", "warpbreaks", "tension ~ breaks + wool", 73, respect.unordered.factors = "partition", num.trees = 100, importance = "impurity")
only("chickwts-defaults", "chickwts", "weight ~ feed", 74)
only("chickwts-partition", "chickwts", "weight ~ feed", 75, respect.unordered.factors = "partition", num.trees = 100)
only("chickwts-extratrees", "chickwts", "feed ~ weight", 76, splitrule = "extratrees", num.trees = 100, probability = TRUE)
only("random-defaults", "random", "y ~ . - w - class", 77, num.trees = 30, importance = "impurity")
only("random-weights", "random", "y ~ . - w - class", 78, num.trees = 30, case.weights = "w")
only("random-weights-without", "random", "y ~ . - w - class", 79, num.trees = 30, case.weights = "w", replace = FALSE, sample.fraction = 0.5)
only("random-five-classes", "random", "class ~ . - w - y", 80, num.trees = 30, importance = "permutation")
only("random-probability", "random", "class ~ . - w - y", 81, num.trees = 30, probability = TRUE, replace = FALSE)
only("random-mtry-1", "random", "y ~ . - w - class", 82, num.trees = 30, mtry = 1)
only("random-extratrees", "random", "class ~ . - w - y", 83, num.trees = 30, splitrule = "extratrees", respect.unordered.factors = "partition")
only("random-logical", "random", "V5 ~ V1 + V2 + V3", 84, num.trees = 30)
only("random-partition", "random", "class ~ V4 + V6 + V1", 85, num.trees = 20, respect.unordered.factors = "partition")
only("random-maxstat", "random", "y ~ . - w - class", 86, num.trees = 10, splitrule = "maxstat")

fit <- function(case) {
  file <- if (case$data == "heart") file.path(top, "model", "heart", "heart.csv") else file.path(folder, paste0(case$data, ".csv"))
  data <- read.csv(file, stringsAsFactors = TRUE)
  given <- case$arguments
  if (!is.null(given$case.weights)) given$case.weights <- data[[given$case.weights]]
  # R's numbers of importance depend on the number of threads: those of one thread are the ones to have.
  if (is.null(given$num.threads)) given$num.threads <- 1
  if (case$own) given$seed <- case$seed else set.seed(case$seed)
  # factor() in a formula makes a target that terms() takes for a feature, too: as a column it is plain.
  text <- case$formula
  if (grepl("^factor", text)) {
    data$target <- factor(data$target)
    text <- sub("^factor[(]target[)]", "target", text)
  }
  model <- do.call(ranger, c(list(formula = as.formula(text), data = data), given))
  kept <- c("prediction.error", "variable.importance", "inbag.counts", "random.node.values", "forest")
  structure(unclass(model)[intersect(kept, names(model))], class = "ranger")
}

for (name in names(cases)) saveRDS(fit(cases[[name]]), file.path(folder, paste0(name, ".RDS")))
writeLines(json(cases), file.path(folder, "cases.json"))

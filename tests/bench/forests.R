# Makes the forests of the bench that are no goldens, and for every forest rows to ask and R's answers to them. Seeded.
#   Rscript tests/bench/forests.R PROJECT FOLDER NAME...
# In FOLDER: NAME.RDS, the model; NAME.data.RDS, the rows as R is asked them; NAME.rows and NAME.answers, the same rows and
# the answers as little-endian doubles, row after row. A survival forest's answers are its cumulative hazards: its exp() has
# bits of its own in every libm. Where classes tie R draws one at random: that answer is NaN. A class is its place, from 0.
suppressPackageStartupMessages({ library(ranger); library(survival) })
arguments <- commandArgs(trailingOnly = TRUE)
project <- arguments[1]
folder <- arguments[2]
ROWS <- 10000

# Rows like those of a data frame, yet new: each column's value is another row's in one of three, and moved by half a gap.
like <- function(data, n = ROWS) {
  rows <- sample(nrow(data), n, TRUE)
  columns <- lapply(data, function(x) {
    from <- ifelse(runif(n) < 1 / 3, sample(nrow(data), n, TRUE), rows)
    if (is.numeric(x) && length(unique(x)) > 5) jitter(x[from], amount = min(diff(sort(unique(x)))) / 2) else x[from]
  })
  as.data.frame(columns)
}

large <- function(n) {
  x <- as.data.frame(matrix(rnorm(n * 20), n))
  names(x) <- paste0("x", 1:20)
  x$y <- x$x1 + 2 * sin(x$x2) + x$x3 * x$x4 + abs(x$x5) + rnorm(n)
  x
}

heart <- read.csv(file.path(project, "model/heart/heart.csv"))
saved <- function(name) readRDS(file.path(project, name))
# Forced, or each would see the last number of the loop that calls it.
fit <- function(trees) {
  force(trees)
  function() ranger(target ~ ., heart, num.trees = trees, seed = 42)
}
deep <- function(depth) {
  force(depth)
  function() ranger(y ~ ., large(20000), num.trees = 100, max.depth = depth, seed = 42)
}

# What makes each forest, the rows it is asked, and the sidecar that names the levels its file does not have.
FORESTS <- list(
  "heart-age" = list(function() saved("model/heart/heart-age.RDS"), function() like(heart["age"])),
  "heart" = list(fit(500), function() like(heart[-1])),
  "large" = list(function() ranger(y ~ ., large(20000), num.trees = 500, seed = 42), function() large(ROWS)[1:20]),
  "iris" = list(function() saved("tests/golden/iris.RDS"), function() like(iris[1:4])),
  "heart-probability" = list(function() saved("tests/golden/heart-probability.RDS"), function() like(heart[-1])),
  "veteran" = list(function() saved("tests/golden/veteran-survival.RDS"), function() like(veteran[c("trt", "celltype", "karno", "diagtime", "age", "prior")]),
                   "tests/golden/veteran-survival.model.json")
)
for (trees in c(50, 100, 200)) FORESTS[[paste0("heart-", trees, "-trees")]] <- list(fit(trees), function() like(heart[-1]))
for (depth in c(4, 6, 8, 12)) FORESTS[[paste0("depth-", depth)]] <- list(deep(depth), function() large(ROWS)[1:20])

# A recipe of five steps and the forest of heart behind it, in one list; and that forest alone, asked the columns that the recipe makes.
patients <- function(data) {
  # Rows have fractions, which R's bake() refuses in a column that was of integers.
  data[] <- lapply(data, as.numeric)
  data$cp <- factor(data$cp, 0:3, c("typical", "atypical", "other", "none"))
  data$thal <- factor(data$thal, 0:3, c("unknown", "normal", "fixed", "reversible"))
  data
}
pipeline <- function() {
  suppressPackageStartupMessages(library(recipes))
  train <- patients(heart)
  for (name in c("chol", "trestbps", "thalach")) train[[name]][sample(nrow(train), 30)] <- NA
  recipe <- recipe(target ~ ., train) |> step_impute_median(all_numeric_predictors()) |> step_mutate(reserve = thalach / (220 - age)) |>
    step_dummy(all_nominal_predictors()) |> step_zv(all_predictors()) |> step_normalize(all_numeric_predictors()) |> prep()
  baked <- as.data.frame(bake(recipe, NULL))
  list(recipe = recipe, model = ranger(x = baked[setdiff(names(baked), "target")], y = baked$target, num.trees = 500, seed = 42))
}
asked <- function() {
  data <- patients(like(heart[-1]))
  for (name in c("chol", "trestbps", "thalach")) data[[name]][sample(nrow(data), nrow(data) / 10)] <- NA
  data
}
FORESTS[["recipe"]] <- list(pipeline, asked)
FORESTS[["recipe-body"]] <- list(function() pipeline()$model, function() { set.seed(42); made <- pipeline(); set.seed(43); as.data.frame(bake(made$recipe, asked())) })

grown <- function(rows) {
  force(rows)
  function() ranger(y ~ ., large(rows), num.trees = 100, seed = 42)
}
for (rows in c(1000, 5000, 20000)) FORESTS[[paste0("rows-", rows)]] <- list(grown(rows), function() large(ROWS)[1:20])

answers <- function(model, data) {
  if (!inherits(model, "ranger")) return(answers(model$model, bake(model$recipe, data)))
  ask <- function(...) predict(model, data, num.threads = 1, ...)
  if (model$treetype == "Survival") return(ask()$chf)
  if (model$treetype != "Classification") return(ask()$predictions)
  classes <- sort(model$forest$class.values)
  votes <- ask(predict.all = TRUE)$predictions
  counts <- sapply(classes, function(class) rowSums(votes == class))
  most <- counts == apply(counts, 1, max)
  own <- as.integer(ask()$predictions)
  ifelse(rowSums(most) > 1, NaN, match(own, classes) - 1)
}

doubles <- function(x, name) {
  writeBin(as.vector(t(as.matrix(x))), file.path(folder, name), size = 8, endian = "little")
}

for (name in arguments[-(1:2)]) {
  started <- Sys.time()
  set.seed(42)
  make <- FORESTS[[name]]
  model <- make[[1]]()
  set.seed(43)
  data <- make[[2]]()
  data <- data[if (inherits(model, "ranger")) model$forest$independent.variable.names else setdiff(model$recipe$var_info$variable, "target")]
  doubles(data.matrix(data), paste0(name, ".rows"))
  doubles(answers(model, data), paste0(name, ".answers"))
  saveRDS(data, file.path(folder, paste0(name, ".data.RDS")))
  if (length(make) > 2) file.copy(file.path(project, make[[3]]), file.path(folder, paste0(name, ".model.json")), overwrite = TRUE)
  # The model comes last: where it is there, all of it is.
  saveRDS(model, file.path(folder, paste0(name, ".partial")))
  file.rename(file.path(folder, paste0(name, ".partial")), file.path(folder, paste0(name, ".RDS")))
  cat(sprintf("%s made in %.0f s\n", name, as.numeric(Sys.time() - started, units = "secs")))
}

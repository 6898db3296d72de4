# Fresh random models of caret, trained here: Rscript tests/caret/fresh.R FOLDER SEED COUNT
# Each is an RDS (a train, a preProcess, a dummyVars, or a list of one of these with its model) and a JSON: new rows, and what predict() makes of
# them with na.action = na.pass; numbers with 17 digits in quotes.
args <- commandArgs(TRUE)
folder <- args[1]
set.seed(as.integer(args[2]))
count <- as.integer(args[3])
dir.create(folder, showWarnings = FALSE, recursive = TRUE)
suppressPackageStartupMessages({ library(caret); library(jsonlite) })

LABELS <- c("red", "dark blue", "3x", "gr\u00fcn")
draw <- function(rows, missing) {
  data <- data.frame(
    a = rnorm(rows, 50, 20), b = rexp(rows) + 0.1, i = sample(1:9, rows, TRUE), u = runif(rows, 0.05, 0.95), v = rnorm(rows), w = rnorm(rows, 3), one = 1,
    f = factor(sample(LABELS, rows, TRUE, c(0.4, 0.3, 0.2, 0.1)), levels = LABELS), g = factor(sample(c("y", "n"), rows, TRUE), levels = c("n", "y")),
    o = factor(sample(c("lo", "mid", "hi"), rows, TRUE), levels = c("lo", "mid", "hi"), ordered = TRUE), l = sample(c(TRUE, FALSE), rows, TRUE),
    s = sample(c("near", "far", "mid way"), rows, TRUE))
  data$y <- data$a / 10 + data$b * (data$f == "red") - data$v + rnorm(rows, 0, 0.5)
  data$two <- factor(ifelse(data$v + data$u + rnorm(rows, 0, 0.7) > 0.5, "yes", "no"), levels = sample(c("yes", "no")))
  data$three <- factor(c("p", "q", "r")[1 + (data$v + rnorm(rows, 0, 0.5) > 0) + (data$w + rnorm(rows) > 3.5)])
  if (missing) for (name in c("a", "b", "u")) data[[name]][sample(rows, max(1, rows %/% 8))] <- NA
  data
}
NUMBERS <- c("a", "b", "i", "u", "v", "w")
yes <- function(p = 0.5) runif(1) < p
some <- function(x, least = 1, most = length(x)) x[sort(sample(length(x), sample(least:most, 1)))]
installed <- function(name) requireNamespace(name, quietly = TRUE)

# Methods of preProcess that go together.
steps <- function(missing, of = 1:3) {
  chosen <- c(sample(list("range", c("center", "scale"), "center", "scale", character()), 1)[[1]], sample(list("BoxCox", "YeoJohnson", "expoTrans", character()), 1)[[1]])
  if ("range" %in% chosen) chosen <- setdiff(chosen, "BoxCox")
  if (missing) chosen <- c(chosen, sample(c("medianImpute", "knnImpute", "bagImpute"), 1, prob = c(3, 3, 2)))
  if (yes(0.25)) chosen <- c(chosen, if ("range" %in% chosen) "zv" else sample(c("pca", "ica", "spatialSign", "zv", "corr"), 1))
  if ("ica" %in% chosen && !installed("fastICA")) chosen <- setdiff(chosen, "ica")
  sample(unique(c(chosen, if (yes(0.3)) "nzv")))
}

# expoTrans may give numbers beyond a double's: such a model has no answers in R.
finite <- function(pre) if (!all(is.finite(c(pre$mean, pre$std, unlist(pre$ranges))))) stop("a transformation without end") else pre

# For each method the outcomes that it takes, how likely it is drawn, and what train() gets beside.
METHODS <- list(
  rf = list(of = c("y", "two", "three"), weight = 4, more = list(ntree = 15)), ranger = list(of = c("y", "two", "three"), weight = 3, more = list(num.trees = 15)),
  rpart = list(of = c("y", "two", "three"), weight = 3), rpart1SE = list(of = c("y", "two"), weight = 1), rpart2 = list(of = c("y", "three"), weight = 1),
  rpartCost = list(of = "two", weight = 1), lm = list(of = "y", weight = 3), lmStepAIC = list(of = "y", weight = 1, more = list(trace = 0)),
  glm = list(of = c("y", "two"), weight = 4), glmStepAIC = list(of = c("y", "two"), weight = 1, more = list(trace = 0)),
  gbm = list(of = c("y", "two", "three"), weight = 3, more = list(verbose = FALSE)), glmnet = list(of = c("y", "two", "three"), weight = 2),
  knn = list(of = c("y", "two"), weight = 1), nnet = list(of = c("two", "three"), weight = 1, more = list(trace = FALSE)),
  multinom = list(of = c("two", "three"), weight = 1, more = list(trace = FALSE)), earth = list(of = c("y", "two", "three"), weight = 2),
  rlm = list(of = "y", weight = 1, more = list(maxit = 50)), treebag = list(of = c("y", "two", "three"), weight = 2, more = list(nbagg = 7)),
  gam = list(of = c("y", "two"), weight = 1), bam = list(of = c("y", "two"), weight = 1), lda = list(of = c("two", "three"), weight = 1),
  svmRadial = list(of = c("y", "two", "three"), weight = 1), svmLinear = list(of = c("y", "two", "three"), weight = 1))
METHODS <- METHODS[!names(METHODS) %in% c(if (!installed("gbm")) "gbm", if (!installed("glmnet")) "glmnet", if (!installed("nnet")) c("nnet", "multinom"), if (!installed("ranger")) "ranger", if (!installed("MASS")) c("lmStepAIC", "glmStepAIC", "rlm"), if (!installed("earth")) "earth", if (!installed("ipred")) "treebag", if (!installed("mgcv")) c("gam", "bam"), if (!installed("MASS")) "lda", if (!installed("kernlab")) c("svmRadial", "svmLinear"))]

train_one <- function(missing, rows) {
  name <- sample(names(METHODS), 1, prob = vapply(METHODS, function(m) m$weight, 0))
  method <- METHODS[[name]]
  of <- sample(rep(method$of, 2), 1)
  # Of three classes a forest's vote may be a tie, which R draws.
  if (name == "ranger" && of == "three") of <- "two"
  pre <- if (missing || yes()) steps(missing)
  isForest <- name %in% c("rf", "rpart", "rpart2", "gbm") && !missing
  columns <- c(some(NUMBERS, 3), if (yes(0.7)) some(c("f", "g", "o", "l"), 1, 3), if (yes(0.2)) "s")
  probs <- of != "y" && (name != "ranger" || yes(0.7)) && name != "rpartCost"
  control <- trainControl(method = sample(c("none", "cv"), 1), number = 2, classProbs = probs, trim = name != "treebag" && yes(0.3), returnData = yes(0.7),
    preProcOptions = list(thresh = 0.8, k = sample(3:6, 1), cutoff = 0.6))
  grid <- if (control$method == "none") switch(name, rf = data.frame(mtry = 2), ranger = data.frame(mtry = 2, min.node.size = 5, splitrule = if (of == "y") "variance" else "gini"),
    rpart = data.frame(cp = 0.02), rpart2 = data.frame(maxdepth = 3), rpartCost = data.frame(cp = 0.02, Cost = 2), lm = data.frame(intercept = TRUE), glmnet = data.frame(alpha = sample(c(0, 0.5, 1), 1), lambda = 0.02), knn = data.frame(k = 5),
    nnet = data.frame(size = 2, decay = 0.1), multinom = data.frame(decay = 0.1), earth = data.frame(nprune = 6, degree = sample(1:2, 1)),
    gam = data.frame(select = yes(0.3), method = "GCV.Cp"), bam = data.frame(select = FALSE, method = "GCV.Cp"),
    svmRadial = data.frame(sigma = 0.1, C = 1), svmLinear = data.frame(C = 1),
    rlm = data.frame(intercept = TRUE, psi = sample(c("psi.huber", "psi.hampel", "psi.bisquare"), 1)),
    gbm = data.frame(n.trees = 20, interaction.depth = 2, shrinkage = 0.1, n.minobsinnode = 5))
  if (is.null(grid) && name == "gbm") grid <- expand.grid(n.trees = c(10, 25), interaction.depth = 2, shrinkage = 0.1, n.minobsinnode = 5)
  given <- c(list(method = name, preProcess = pre, trControl = control, tuneGrid = grid, tuneLength = 2), method$more)
  if (isForest && yes(0.4)) {
    # x and y: factors stay factors.
    x <- setdiff(columns, "s")
    if (yes(0.3)) { x <- intersect(x, NUMBERS); model <- do.call(train, c(list(x = as.matrix(rows[x]), y = rows[[of]]), given)) }
    else model <- do.call(train, c(list(x = rows[x], y = rows[[of]]), given))
    return(list(model = model, columns = x, what = c(name, of, "xy", pre), probs = probs))
  }
  terms <- c(columns, if (yes(0.3)) sample(c("log(b)", "I(v^2)", "poly(w, 2)", "factor(i)", "v:f", "g:o", "sqrt(u)", "a:w"), 1))
  if (missing) terms <- setdiff(terms, c("log(b)", "sqrt(u)"))
  form <- reformulate(terms, of, intercept = yes(0.9))
  contrasts <- if ("f" %in% columns && yes(0.2)) list(f = sample(c("contr.sum", "contr.helmert", "contr.SAS"), 1))
  model <- do.call(train, c(list(form, data = rows, contrasts = contrasts, na.action = quote(na.pass)), given))
  list(model = model, columns = all.vars(form[[3]]), what = c(name, of, deparse(form), pre, unlist(contrasts)), probs = probs)
}

numbers <- function(x) ifelse(is.na(x), NA, sprintf("%.17g", as.numeric(x)))
text <- function(x) if (is.factor(x) || is.character(x)) as.character(x) else numbers(x)
answers <- function(model, new, probs) {
  raw <- predict(model, new, na.action = na.pass)
  if (probs && inherits(model$finalModel, c("randomForest", "knn3", "classbagg"))) {
    # R draws one of the classes that have as many votes; ours is the first.
    votes <- as.matrix(predict(model, new, type = "prob", na.action = na.pass))
    raw <- factor(colnames(votes)[max.col(votes, "first")], levels = levels(raw))
  }
  prob <- if (probs) lapply(predict(model, new, type = "prob", na.action = na.pass), numbers)
  list(raw = text(raw), prob = prob)
}
write <- function(name, model, new, more) {
  saveRDS(model, file.path(folder, paste0(name, ".RDS")), compress = TRUE)
  all <- c(list(rows = lapply(new, text)), more)
  writeLines(enc2utf8(toJSON(all, na = "null", null = "null")), file.path(folder, paste0(name, ".json")), useBytes = TRUE)
}

one <- function(name) {
  missing <- yes(0.35)
  rows <- draw(90, missing)
  new <- draw(25, missing)
  kind <- sample(c("train", "preProcess", "dummyVars", "pair", "dummies"), 1, prob = c(14, 3, 2, 2, 1))
  if (kind == "train") {
    made <- train_one(missing, rows)
    finite(made$model$preProcess)
    if (inherits(made$model$finalModel, "lm") && length(coef(made$model$finalModel)) < 2) stop("a model of no columns")
    new <- new[unique(made$columns)]
    return(write(name, made$model, new, c(list(what = c(kind, made$what)), answers(made$model, new, made$probs))))
  }
  if (kind == "preProcess" || kind == "pair") {
    columns <- some(NUMBERS, 3)
    method <- steps(missing)
    pre <- finite(preProcess(rows[columns], method = method, thresh = 0.8, k = 4, rangeBounds = sort(sample(-2:5, 2))))
    if (length(setdiff(names(pre$method), c("remove", "ignore"))) == 0) stop("a preProcess that names no columns")
    new <- new[columns]
    made <- predict(pre, new)
    if (kind == "preProcess") return(write(name, pre, new[intersect(columns, unlist(pre$method[!names(pre$method) %in% c("remove", "ignore")]))], list(what = c(kind, method), columns = lapply(made, numbers))))
    if (anyNA(predict(pre, rows[columns]))) stop("a model of missing values")
    model <- lm(y ~ ., data = cbind(predict(pre, rows[columns]), y = rows$y))
    return(write(name, list(pre = pre, fit = model), new, list(what = c(kind, method), raw = text(predict(model, made)), columns = names(made), mayRefuse = TRUE)))
  }
  columns <- c(some(c("f", "g", "o", "l"), 1), some(NUMBERS))
  dummies <- if (kind == "dummies") dummyVars(~ ., rows[columns], fullRank = TRUE)
    else dummyVars(reformulate(c(columns, if (yes(0.3)) "f:v")), rows, sep = sample(list(".", "_", NULL), 1)[[1]], fullRank = yes(), levelsOnly = yes(0.2))
  new <- new[unique(dummies$vars)]
  made <- as.data.frame(predict(dummies, new))
  if (kind == "dummyVars") return(write(name, dummies, new, list(what = kind, columns = lapply(made, numbers))))
  if (missing) stop("a model of missing values")
  frame <- data.frame(predict(dummies, rows))
  model <- randomForest::randomForest(frame, rows$y, ntree = 15)
  write(name, list(model = model, before = dummies), new, list(what = kind, raw = text(predict(model, data.frame(predict(dummies, new))))))
}

made <- 0
tries <- 0
while (made < count && tries < 10 * count) {
  tries <- tries + 1
  name <- sprintf("%04d", made + 1)
  # Not every combination is one that caret itself can train.
  done <- try(suppressWarnings(suppressMessages(utils::capture.output(one(name)))), silent = TRUE)
  if (inherits(done, "try-error")) {
    if (nzchar(Sys.getenv("FRESH_TELLS"))) cat(name, "not trained:", conditionMessage(attr(done, "condition")), "\n")
    unlink(file.path(folder, paste0(name, c(".RDS", ".json"))))
  } else made <- made + 1
}
cat(made, "models by caret", format(packageVersion("caret")), "\n")
if (made < count) stop("found ", made, " models that train, expected ", count)

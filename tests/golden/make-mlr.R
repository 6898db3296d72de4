# Models of mlr with R's answers: Rscript tests/golden/make-mlr.R tests/golden/pipelines (R 4.2.2 and the packages of Debian 12).
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(mlr); library(jsonlite) })
configureMlr(show.info = FALSE, show.learner.output = FALSE)
number <- function(x) if (is.na(x)) "null" else sprintf("%.17g", x)
write <- function(name, model, rows, parameters = NULL) {
  saveRDS(model, file.path(folder, paste0(name, ".RDS")))
  cell <- function(x) if (is.numeric(x)) number(x) else as.character(toJSON(unbox(if (is.logical(x)) x else as.character(x))))
  row <- function(at) paste0("{", paste(sprintf("\"%s\":%s", names(rows), vapply(rows[at, , drop = FALSE], cell, "")), collapse = ","), "}")
  data <- predict(model, newdata = rows)$data
  shares <- data[grep("^prob\\.", names(data))]
  answers <- if (!is.null(parameters)) apply(shares, 1, function(x) paste0("[", paste(vapply(x, number, ""), collapse = ","), "]")) else vapply(data$response, cell, "")
  about <- if (is.null(parameters)) "" else sprintf("\"parameters\":%s,", toJSON(parameters, auto_unbox = TRUE))
  text <- sprintf("{\"name\":\"%s\",%s\"rows\":[\n%s\n],\"predictions\":[%s]}", name, about, paste(vapply(seq_len(nrow(rows)), row, ""), collapse = ",\n"), paste(answers, collapse = ","))
  writeLines(enc2utf8(text), file.path(folder, paste0(name, ".json")), useBytes = TRUE)
}

set.seed(1)
cars <- transform(mtcars, cyl = factor(cyl, labels = c("four", "six", "eight")), am = factor(am, labels = c("auto", "hand")), vs = factor(vs))
rows <- cars[seq(1, 32, 2), ]
fit <- function(learner, target, columns, ...) {
  task <- if (is.factor(cars[[target]])) makeClassifTask(data = cars[c(target, columns)], target = target) else makeRegrTask(data = cars[c(target, columns)], target = target)
  train(makeLearner(learner, ...), task)
}
columns <- c("wt", "hp", "cyl")
write("mlr-lm", fit("regr.lm", "mpg", columns), rows[columns])
write("mlr-ranger", fit("regr.ranger", "mpg", columns, num.trees = 12, respect.unordered.factors = "ignore"), rows[columns])
write("mlr-rpart", fit("classif.rpart", "am", columns), rows[columns])
write("mlr-rf-prob", fit("classif.randomForest", "cyl", c("wt", "hp", "vs"), predict.type = "prob", ntree = 9), rows[c("wt", "hp", "vs")], list(type = "prob"))
write("mlr-rf-class", fit("classif.randomForest", "am", columns, predict.type = "prob", ntree = 9, cutoff = c(0.8, 0.2)), rows[columns])
write("mlr-logreg", fit("classif.logreg", "am", "hp"), rows["hp"])
write("mlr-logreg-prob", fit("classif.logreg", "am", c("hp", "qsec"), predict.type = "prob"), rows[c("hp", "qsec")], list(type = "prob"))
set.seed(2)
tuned <- makeTuneWrapper(makeLearner("regr.rpart"), makeResampleDesc("Holdout"), par.set = makeParamSet(makeDiscreteParam("cp", c(0.01, 0.1))), control = makeTuneControlGrid())
write("mlr-tuned", train(tuned, makeRegrTask(data = cars[c("mpg", columns)], target = "mpg")), rows[columns])

# Models of caret with R's answers: Rscript tests/golden/make-caret.R tests/golden/pipelines (R 4.2.2 and the packages of Debian 12, with R's
# reference BLAS: LD_PRELOAD="$(ls /usr/lib/*/blas/libblas.so.3):$(ls /usr/lib/*/lapack/liblapack.so.3)"). The goldens with area and zone among
# their columns were made elsewhere.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(caret); library(jsonlite) })
none <- trainControl(method = "none", returnData = FALSE, trim = TRUE)
shares <- trainControl(method = "none", classProbs = TRUE)

number <- function(x) if (is.na(x)) "null" else sprintf("%.17g", x)
write <- function(name, model, rows, answers, parameters = NULL) {
  saveRDS(model, file.path(folder, paste0(name, ".RDS")))
  row <- function(at) toJSON(lapply(rows[at, , drop = FALSE], function(x) if (is.numeric(x) && !is.na(x[[1]])) structure(number(x), class = "json") else if (is.na(x)) NULL else unbox(if (is.logical(x)) x else as.character(x))), null = "null", json_verbatim = TRUE)
  made <- if (is.matrix(answers) || is.data.frame(answers)) apply(as.matrix(answers), 1, function(x) paste0("[", paste(vapply(x, number, ""), collapse = ","), "]"))
    else if (is.factor(answers)) vapply(as.character(answers), function(x) as.character(toJSON(unbox(x))), "") else vapply(answers, number, "")
  about <- if (is.null(parameters)) "" else sprintf("\"parameters\":%s,", toJSON(parameters, auto_unbox = TRUE))
  text <- sprintf("{\"name\":\"%s\",%s\"rows\":[\n%s\n],\"predictions\":[%s]}", name, about, paste(vapply(seq_len(nrow(rows)), row, ""), collapse = ",\n"), paste(made, collapse = ","))
  writeLines(enc2utf8(text), file.path(folder, paste0(name, ".json")), useBytes = TRUE)
}

set.seed(1)
cars <- transform(mtcars, gear = factor(gear, labels = c("three", "4 x", "five")), vs = vs == 1, am = factor(am, labels = c("auto", "hand")), carb = factor(pmin(carb, 4), ordered = TRUE))
cars$size <- factor(ifelse(cars$wt > 3.2, "big", "small"), levels = c("small", "big"))
new <- cars[seq(1, 32, 3), ]

# A formula with contrasts, a factor that it makes, a logical, an ordered factor and an interaction, without an intercept.
m <- train(mpg ~ 0 + wt * gear + factor(cyl) + vs + carb + poly(hp, 2) + log(disp), cars, method = "lm", trControl = none, tuneGrid = data.frame(intercept = TRUE), contrasts = list(gear = "contr.sum"))
write("caret-formula", m, new[c("wt", "gear", "cyl", "vs", "carb", "hp", "disp")], predict(m, new))
# Columns whose names R puts between backticks.
odd <- setNames(cars[c("mpg", "wt", "hp", "am")], c("mpg", "car weight", "hp", "am or"))
m <- train(mpg ~ ., odd, method = "rf", trControl = none, tuneGrid = data.frame(mtry = 2), ntree = 8)
write("caret-backticks", m, odd[seq(1, 32, 3), -1], predict(m, odd[seq(1, 32, 3), ]))
# x and y: factors stay factors.
x <- cars[c("wt", "hp", "gear", "carb", "vs")]
m <- train(x, cars$size, method = "rpart", trControl = none, tuneGrid = data.frame(cp = 0.01), preProcess = c("center", "scale"))
write("caret-xy-rpart", m, new[names(x)], predict(m, new, type = "prob"), list(type = "prob"))
m <- train(x[1:4], cars$mpg, method = "rf", trControl = none, tuneGrid = data.frame(mtry = 2), ntree = 10)
write("caret-xy-rf", m, new[names(x)[1:4]], predict(m, new))
m <- train(as.matrix(cars[c("wt", "hp", "disp")]), cars$size, method = "ranger", trControl = shares, tuneGrid = data.frame(mtry = 2, min.node.size = 3, splitrule = "gini"), num.trees = 12)
write("caret-xy-ranger", m, new[c("wt", "hp", "disp")], predict(m, new))
# One number for two classes: of glm the second one's chance, of gbm the first one's.
m <- train(size ~ hp + qsec, cars, method = "glm", trControl = none)
write("caret-glm-class", m, new[c("hp", "qsec")], predict(m, new))
m <- train(size ~ hp + am + qsec, cars, method = "gbm", trControl = shares, verbose = FALSE, tuneGrid = data.frame(n.trees = 30, interaction.depth = 2, shrinkage = 0.1, n.minobsinnode = 2))
write("caret-gbm-class", m, new[c("hp", "am", "qsec")], predict(m, new, type = "prob"), list(type = "prob"))
m <- train(Species ~ ., iris, method = "gbm", trControl = trainControl(method = "none", trim = TRUE, returnData = FALSE), verbose = FALSE, tuneGrid = data.frame(n.trees = 15, interaction.depth = 2, shrinkage = 0.2, n.minobsinnode = 5))
write("caret-gbm-classes", m, iris[seq(1, 150, 9), 1:4], predict(m, iris[seq(1, 150, 9), ]))
m <- train(size ~ hp + wt, cars, method = "rpartCost", trControl = none, tuneGrid = data.frame(cp = 0.01, Cost = 3))
write("caret-rpartCost", m, new[c("hp", "wt")], predict(m, new))

# preProcess alone, with missing values; its columns are the answer.
holes <- mtcars[c("mpg", "disp", "hp", "drat", "wt")]
for (at in seq_along(holes)) holes[at * 3, at] <- NA
pre <- preProcess(holes, method = c("knnImpute", "BoxCox", "nzv"), k = 4)
write("caret-pre-knn", pre, holes[1:16, names(pre$mean)], predict(pre, holes[1:16, names(pre$mean)]))
pre <- preProcess(holes, method = c("range", "medianImpute", "ica"), n.comp = 3, rangeBounds = c(-1, 2))
write("caret-pre-ica", pre, holes[1:16, ], predict(pre, holes[1:16, ]))
pre <- preProcess(transform(mtcars[c("mpg", "disp", "qsec")], disp = disp - 200), method = list(YeoJohnson = "disp", expoTrans = "qsec", spatialSign = c("disp", "qsec"), center = "mpg"))
rows <- transform(mtcars[1:12, c("mpg", "disp", "qsec")], disp = disp - 200)[unique(unlist(pre$method[names(pre$method) != "ignore"]))]
write("caret-pre-sign", pre, rows, predict(pre, rows))

# dummyVars alone: a column for each level, or for all but the first one.
dummies <- dummyVars(~ gear + vs + wt + carb + gear:wt, cars, sep = "_")
write("caret-dummies", dummies, new[c("gear", "vs", "wt", "carb")], predict(dummies, new))
dummies <- dummyVars(mpg ~ gear + am + wt, cars, fullRank = TRUE, levelsOnly = TRUE)
write("caret-dummies-fullRank", dummies, new[c("gear", "am", "wt")], predict(dummies, new))

# One model beside one preprocessing object.
dummies <- dummyVars(~ gear + am + wt + hp, cars, fullRank = TRUE)
m <- randomForest::randomForest(data.frame(predict(dummies, cars)), cars$mpg, ntree = 10)
write("caret-pair-dummies", list(dummies = dummies, model = m), new[c("gear", "am", "wt", "hp")], predict(m, data.frame(predict(dummies, new))))
pre <- preProcess(cars[c("wt", "hp", "gear")], method = c("center", "scale"))
m <- lm(mpg ~ ., cbind(predict(pre, cars[c("wt", "hp", "gear")]), mpg = cars$mpg))
write("caret-pair-scaled", list(scaler = pre, model = m), new[c("wt", "hp", "gear")], predict(m, predict(pre, new)))

# preProcess by bagged trees; a row with two missing values has the second one by the first.
holes <- holes[c("mpg", "hp", "wt")]
holes[4, ] <- c(NA, NA, 3)
pre <- preProcess(holes, method = c("bagImpute", "center"))
write("caret-pre-bag", pre, holes[1:16, ], predict(pre, holes[1:16, ]))

# Bags of trees, and gams: a smooth of each column of more than ten values.
set.seed(34)
plain <- trainControl(method = "none")
new <- mtcars[seq(1, 32, 3), ]
m <- train(Species ~ ., iris, method = "treebag", nbagg = 7, trControl = plain)
write("caret-treebag-class", m, iris[seq(1, 150, 9), 1:4], predict(m, iris[seq(1, 150, 9), ], type = "prob"), list(type = "prob"))
m <- train(mpg ~ wt + hp + gear, mtcars, method = "treebag", nbagg = 7, trControl = plain)
write("caret-treebag", m, new[c("wt", "hp", "gear")], predict(m, new))
air <- na.omit(airquality)
m <- train(Ozone ~ Wind + Temp, air, method = "gam", trControl = plain, tuneGrid = data.frame(select = FALSE, method = "GCV.Cp"))
write("caret-gam", m, air[seq(1, 111, 9), c("Wind", "Temp")], predict(m, air[seq(1, 111, 9), ]))
air$high <- factor(ifelse(air$Ozone > 40 + 10 * sin(air$Day), "yes", "no"))
m <- train(high ~ Wind + Temp, air, method = "bam", trControl = plain, tuneGrid = data.frame(select = FALSE, method = "GCV.Cp"))
write("caret-bam-class", m, air[seq(1, 111, 9), c("Wind", "Temp")], predict(m, air[seq(1, 111, 9), ], type = "prob"), list(type = "prob"))

# kernlab gets columns by the names that make.names() gives them.
set.seed(35)
odd <- transform(mtcars, gear = factor(gear, labels = c("3x", "4 x", "five")))
odd[["car weight"]] <- odd$wt
m <- train(mpg ~ `car weight` + gear + log(hp) + `car weight`:vs, odd, method = "svmRadial", preProcess = "center", trControl = plain, tuneGrid = data.frame(sigma = 0.2, C = 1))
write("caret-svm-names", m, odd[seq(1, 32, 3), c("car weight", "gear", "hp", "vs")], predict(m, odd[seq(1, 32, 3), ]))

# Rscript tests/canopy-r/save.R FOLDER SEED: fresh models of several families on columns of every type, each saved by one call of
# canopy_save(); beside NAME.RDS lie NAME.new.rds (rows to ask for) and NAME.expected.rds (what R's predict() says of them, by type).
args <- commandArgs(TRUE)
folder <- args[1]
seed <- as.integer(args[2])
before <- c(ls(all.names = TRUE), "before")
source("model/canopy.R")
stopifnot(setequal(setdiff(ls(all.names = TRUE), before), c("canopy_save", "canopy_endpoint", "predict.canopy_endpoint")))
suppressMessages({
  library(ranger)
  library(randomForest)
  library(rpart)
  library(mgcv)
  library(caret)
  library(recipes)
  library(tibble)
  library(bit64)
})
set.seed(seed)
n <- sample(150:400, 1)
pick <- function(x, prob = NULL) x[sample.int(length(x), n, TRUE, prob)]
data <- tibble(
  `número` = round(rnorm(n, 50, 20), 3),
  whole = pick(0:40),
  cor = factor(pick(c("azul", "não sei", "verde \"claro\"", "ção")), levels = sample(c("azul", "não sei", "verde \"claro\"", "ção"))),
  grade = factor(pick(c("lo", "mid", "hi")), levels = c("lo", "mid", "hi"), ordered = TRUE),
  member = pick(c(TRUE, FALSE)),
  town = pick(c("Évora", "Lisboa", "Porto")),
  since = as.Date("2015-01-01") + pick(0:3000),
  at = as.POSIXct("2020-01-01", tz = "America/Sao_Paulo") + round(runif(n, 0, 1e8)),
  id = as.integer64(pick(1:1e6))
)
signal <- data[["número"]] / 10 + 2 * as.integer(data$cor) + 3 * data$member - as.integer(data$grade) + as.numeric(data$since) / 2000
data$y <- signal + rnorm(n)
data$k <- factor(ifelse(signal + rnorm(n, 0, 2) > stats::median(signal), "sim", "não"))
data$k3 <- factor(c("a", "b", "c")[1 + (signal > quantile(signal, 0.3)) + (signal > quantile(signal, 0.7))])
rows <- data[sample.int(n, 30), ]
save <- function(name, model, columns, expected, data = get("data", globalenv())) {
  random <- get0(".Random.seed", globalenv())
  there <- ls(globalenv(), all.names = TRUE)
  capture.output(canopy_save(model, if (is.matrix(data)) data else data[columns], file.path(folder, paste0(name, ".RDS"))))
  stopifnot(identical(random, get0(".Random.seed", globalenv())), identical(there, ls(globalenv(), all.names = TRUE)))
  saveRDS(rows, file.path(folder, paste0(name, ".new.rds")))
  saveRDS(expected, file.path(folder, paste0(name, ".expected.rds")))
}
all <- setdiff(names(data), c("y", "k", "k3"))
plain <- setdiff(all, "id")
trees <- sample(5:60, 1)
forest <- function(y, ...) ranger(x = as.data.frame(data[all]), y = data[[y]], num.trees = trees, seed = seed, num.threads = 1, ...)
model <- forest("y", respect.unordered.factors = sample(c("ignore", "order", "partition"), 1))
save("ranger", model, c(all, "y"), list(response = predict(model, rows[all], num.threads = 1)$predictions))
model <- forest("k3", probability = TRUE)
save("ranger-probability", model, c(all, "k3"), list(response = predict(model, rows[all], num.threads = 1)$predictions))
model <- forest("k")
save("ranger-classes", model, c(all, "k"), list())
no_text <- setdiff(plain, "town")
model <- randomForest(as.data.frame(data[no_text]), data$y, ntree = trees)
save("randomForest", model, c(no_text, "y"), list(response = predict(model, rows)))
model <- randomForest(as.data.frame(data[no_text]), data$k3, ntree = 2 * trees + 1)
save("randomForest-classes", model, c(no_text, "k3"), list(prob = unclass(predict(model, rows, type = "prob"))))
missing <- data
for (name in c("whole", "cor", "since")) missing[[name]][sample.int(n, n %/% 8)] <- NA
model <- rpart(k ~ ., missing[c(no_text, "k")])
save("rpart", model, c(no_text, "k"), list(prob = predict(model, rows), class = predict(model, rows, type = "class")), missing)
model <- rpart(y ~ ., missing[c(plain, "y")])
save("rpart-numbers", model, c(plain, "y"), list(vector = predict(model, rows)), missing)
model <- glm(k ~ . + I(whole^2) + cor:member, binomial, data[c(setdiff(plain, c("since", "at")), "k")])
save("glm", model, c(plain, "k"), list(response = predict(model, rows, type = "response"), link = predict(model, rows)))
model <- lm(y ~ log(abs(número) + 1) + cor * grade + town + as.numeric(since) + factor(whole %% 3), data)
save("lm", model, c(plain, "y"), list(response = predict(model, rows)))
model <- gam(y ~ s(número, k = 6) + cor + member + s(whole, k = 5), data = data)
save("gam", model, c("número", "whole", "cor", "member", "y"), list(response = predict(model, rows, type = "response")))
control <- trainControl(method = "none", classProbs = TRUE)
model <- train(k3 ~ número + whole + cor + member + town, as.data.frame(data), "rf", trControl = control, tuneGrid = data.frame(mtry = 2), ntree = 41)
save("caret-rf", model, c(plain, "k3"), list(prob = as.matrix(predict(model, rows, type = "prob"))))
model <- train(y ~ número + whole + cor + member, as.data.frame(data), "glm", preProcess = c("center", "scale"), trControl = control)
save("caret-glm", model, c(plain, "y"), list(response = predict(model, rows)))
recipe <- recipe(y ~ número + whole + cor + grade + member + since, data)
trained <- prep(step_dummy(step_unorder(step_normalize(recipe, all_of(c("número", "whole"))), grade), cor))
save("recipe", trained, c(plain, "y"), list())
# NA as a level has answers, though the model takes no missing values; ranger puts levels into an order of its own; times of R's own zone.
Sys.setenv(TZ = "America/Sao_Paulo")
shared <- rows
data$mood <- addNA(factor(pick(c("calm", "loud", NA))))
data$seen <- as.POSIXct("2023-03-01 12:00:00") + round(runif(n, 0, 1e7))
rows <- data[sample.int(n, 30), ]
model <- lm(y ~ whole + mood + seen, data)
save("lm-moods", model, c("whole", "mood", "seen", "y"), list(response = predict(model, rows)))
stopifnot(grepl("\"timeZone\": \"America/Sao_Paulo\"", paste(readLines(file.path(folder, "lm-moods.model.json")), collapse = ""), fixed = TRUE))
model <- ranger(y ~ cor + grade + whole, data, num.trees = trees, seed = seed, respect.unordered.factors = "order")
save("ranger-order", model, c("cor", "grade", "whole", "y"), list(response = predict(model, rows)$predictions))
rows <- shared
Sys.unsetenv("TZ")
source("tests/canopy-r/families.R")

# Rscript tests/golden/make-canopy-r.R [NAME...]: small models with the sidecars that model/canopy.R writes, into tests/golden/canopy-r.
# Run with the reference BLAS (LD_PRELOAD), so that the bits are those that are promised.
source("model/canopy.R")
suppressMessages({
  library(ranger)
  library(rpart)
})
folder <- "tests/golden/canopy-r"
asked <- commandArgs(TRUE)
save_as <- function(name, model, data, ...)
  if (!length(asked) || name %in% asked) canopy_save(model, data, file.path(folder, paste0(name, ".RDS")), ...)
set.seed(22)
n <- 120
# Each value of `rare` is one that no other row has; `income` has the planted ones inside its range.
data <- data.frame(
  income = c(1000, 9000, round(runif(n - 4, 2000, 8000)) + 0.5, 4321.123456789, 5678.987654321),
  cor = factor(sample(c("azul", "verde", "não sei"), n, TRUE), levels = c("verde", "azul", "não sei")),
  size = factor(sample(c("S", "M", "L"), n, TRUE), levels = c("S", "M", "L"), ordered = TRUE),
  member = sample(c(TRUE, FALSE), n, TRUE),
  since = as.Date("2020-01-01") + sample(1000L, n, TRUE),
  visits = sample(0:30, n, TRUE)
)
data$spend <- data$income / 100 + 7 * as.integer(data$cor) - 3 * as.integer(data$size) + 5 * data$member + data$visits + rnorm(n)
data$buys <- factor(ifelse(data$spend + rnorm(n, 0, 10) > median(data$spend), "sim", "não"))
features <- spend ~ income + cor + size + member + since + visits
save_as("spend-ranger", ranger(features, data, num.trees = 12, seed = 1), data, target = "spend",
  title = list(en = "Spending", pt = "Gasto"), labels = list(income = "Income", spend = "Spent a month"))
save_as("spend-retrained", ranger(features, data, num.trees = 12, seed = 2), data)
save_as("spend-lm", lm(features, data), data)
save_as("buys-ranger", ranger(update(features, buys ~ .), data, num.trees = 9, seed = 1), data)
save_as("buys-rpart", rpart(update(features, buys ~ .), data), data)
save_as("buys-glm", glm(update(features, buys ~ .), binomial, data), data)
# Answers of every type: standard errors, intervals, terms, decisions, several quantiles, curves.
data$time <- rexp(n, data$spend / 1000)
save_as("spend-spread", lm(spend ~ income + cor, data), data)
save_as("spend-gam", mgcv::gam(spend ~ s(income, k = 4) + cor, data = data), data)
save_as("buys-svm", e1071::svm(buys ~ income + visits, data), data)
save_as("spend-quantiles", quantreg::rq(spend ~ income + cor, c(0.1, 0.5, 0.9), data), data)
save_as("time-coxph", survival::coxph(survival::Surv(time, visits > 9) ~ income + cor, data), data)

# Makes the files of this folder, which are refused by name: cd tests/refused && Rscript make.R
suppressMessages(library(ranger))
set.seed(1)
d <- data.frame(x = factor(sample(letters[1:4], 60, TRUE)), z = runif(60), y = rnorm(60))
grow <- function(...) ranger(..., num.trees = 2, max.depth = 2, num.threads = 1)
# As ranger before 0.11.5 had it, with an unordered factor.
old <- grow(y ~ x + z, d, respect.unordered.factors = "partition")
old$forest$dependent.varID <- 0
old$forest$split.varIDs <- lapply(old$forest$split.varIDs, function(ids) ids + 1)
old$forest$is.ordered <- c(TRUE, FALSE, TRUE)
saveRDS(old, "old-ranger.RDS")
saveRDS(grow(y ~ z, d, write.forest = FALSE), "no-forest.RDS")
saveRDS(grow(y ~ x, d, respect.unordered.factors = "partition"), "no-levels.RDS")
a <- grow(y ~ z, d)
b <- a
save(a, b, file = "two-models.RData")
save(d, file = "no-model.RData")
# Functions of the user's own, which the file holds with the formula's environment: a local one, and one passed as an argument.
saveRDS(local({ sqrt <- function(x) x^3; lm(y ~ sqrt(z), d) }), "own-function-lm.RDS")
fit <- function(data, log) { force(log); (function() lm(y ~ I(1 + log(z)), data))() }
saveRDS(fit(d, sin), "own-argument-lm.RDS")
# Of caret: a model beside a preProcess whose order nothing tells, one that was trained before it, and what is not served.
suppressPackageStartupMessages(library(caret))
cars <- mtcars[c("mpg", "wt", "hp")]
scaled <- preProcess(cars[-1])
saveRDS(list(pre = scaled, model = randomForest::randomForest(mpg ~ ., cars, ntree = 2)), "caret-pair-order.RDS")
saveRDS(list(pre = scaled, model = lm(mpg ~ ., cars)), "caret-pair-raw.RDS")
saveRDS(list(pre = scaled, second = preProcess(cars[-1], method = "range"), model = lm(mpg ~ ., cars)), "caret-pair-three.RDS")
saveRDS(train(mpg ~ ., cars, method = "lm", trControl = trainControl(method = "none", predictionBounds = c(TRUE, FALSE), trim = TRUE, returnData = FALSE), tuneGrid = data.frame(intercept = TRUE)), "caret-bounds.RDS")
saveRDS(preProcess(rbind(cars[-1], NA), method = "knnImpute", knnSummary = median), "caret-knn-median.RDS")
saveRDS(train(mpg ~ ., cars, method = "ppr", trControl = trainControl(method = "none", trim = TRUE, returnData = FALSE), tuneGrid = data.frame(nterms = 1)), "caret-method.RDS")
# Of mlr: a learner with preprocessing around it, and one that is not served.
suppressPackageStartupMessages(library(mlr))
task <- makeRegrTask(data = cars, target = "mpg")
saveRDS(mlr::train(makePreprocWrapperCaret(makeLearner("regr.lm"), ppc.center = TRUE), task), "mlr-wrapper.RDS")
saveRDS(mlr::train(makeLearner("regr.featureless"), task), "mlr-learner.RDS")
# Of MASS and quantreg: what R itself does not predict, or predicts without its offset.
suppressPackageStartupMessages({library(MASS); library(quantreg)})
saveRDS(rlm(as.matrix(mtcars["wt"]), mtcars$mpg), "rlm-matrix.RDS")
saveRDS(rlm(mpg ~ wt, mtcars, x.ret = FALSE), "rlm-nox.RDS")
saveRDS(rq(mpg ~ wt + offset(hp), data = mtcars), "rq-offset.RDS")
saveRDS(rq(mpg ~ wt, tau = -1, data = mtcars), "rq-process.RDS")
saveRDS(earth::earth(earth::etitanic[c("sex", "age")], earth::etitanic$survived), "earth-frame.RDS")
# Of survival: what a coxph cannot be predicted by from its file.
library(survival)
saveRDS(coxph(Surv(time, status) ~ age + strata(sex), lung), "coxph-strata-nox.RDS")
saveRDS(coxph(Surv(time, status) ~ age + nsk(ph.ecog, df = 2), lung), "coxph-nsk.RDS")
saveRDS(coxph(Surv(time, status) ~ age + frailty(inst, sparse = FALSE), lung), "coxph-frailty-dense.RDS")
saveRDS(coxph(Surv(time, status) ~ tt(age), lung[1:12, ], tt = function(x, t, ...) x * log(t)), "coxph-tt.RDS")
cox <- coxph(Surv(time, status) ~ age, lung[1:40, ], x = TRUE, model = TRUE)
spec <- structure(list(mode = "censored regression", engine = "survival"), class = c("proportional_hazards", "model_spec"))
saveRDS(structure(list(lvl = NULL, spec = spec, fit = cox, preproc = list(y_var = c("time", "status"))), class = c("_coxph", "model_fit")), "parsnip-cox.RDS")
saveRDS(survreg(Surv(time, status) ~ age + offset(sex), lung), "survreg-offset.RDS")
saveRDS(survreg(Surv(time, status) ~ age, lung[1:40, ], dist = list(name = "own", dist = "extreme", trans = log, dtrans = function(y) 1 / y, itrans = exp)), "survreg-own.RDS")
# gbm takes hp:wt for a column that holds wt alone.
suppressPackageStartupMessages(library(gbm))
saveRDS(gbm(mpg ~ hp + hp:wt, "gaussian", mtcars, n.trees = 3, n.minobsinnode = 3, keep.data = FALSE), "gbm-interaction.RDS")
# lme4's predict() leaves an offset beside the formula out.
saveRDS(lme4::lmer(Reaction ~ Days + (1 | Subject), lme4::sleepstudy, offset = Days), "lmer-offset.RDS", compress = "xz")
saveRDS(partykit::ctree(Surv(time, status) ~ age, lung[1:40, ]), "ctree-survival.RDS")
saveRDS(smooth.spline(d$z, d$y), "smooth-spline.RDS")
# An nls with a function of the user's own, and with a parameter by a number that is no factor.
d$n <- rep(1:3, 20)
mine <- function(z, p) p * z
saveRDS(nls(y ~ mine(z, p), d, start = list(p = 1)), "nls-own.RDS")
saveRDS(nls(y ~ p[n] + q * z, d, start = list(p = rep(0, 3), q = 1)), "nls-index.RDS")

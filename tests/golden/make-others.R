# Makes the goldens of randomForest, rpart, lm and glm: Rscript tests/golden/make-others.R (R 4.2.2 and the packages of Debian 12).
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
suppressPackageStartupMessages({library(randomForest); library(rpart); library(survival)})
RNGversion("4.0.0")
holes <- function(data, share) { for (name in names(data)) data[[name]][runif(nrow(data)) < share] <- NA; data }

# randomForest
set.seed(1)
esoph_rows <- data.frame(esoph[c("agegp", "alcgp", "tobgp")])
golden_forest(here, "esoph-randomForest", randomForest(esoph_rows, esoph$ncases, ntree = 20, corr.bias = TRUE), esoph_rows)
wide <- data.frame(level = factor(sample(sprintf("l%02d", 1:40), 300, TRUE)), x = runif(300), tail = factor(sample(c("a", "b", "c"), 300, TRUE)))
wide$y <- factor(ifelse(as.integer(wide$level) %% 3 == 0, "left", ifelse(wide$x > 0.6, "right", "middle")))
golden_forest(here, "wide-randomForest", randomForest(y ~ ., wide, ntree = 12, cutoff = c(0.2, 0.5, 0.3)), wide[1:80, 1:3])
golden_forest(here, "mtcars-randomForest", randomForest(mpg ~ ., mtcars, ntree = 30), mtcars[-1])
golden_forest(here, "matrix-randomForest", randomForest(as.matrix(iris[1:4]), iris$Species, ntree = 5, maxnodes = 4), iris[seq(1, 150, 4), 1:4])

# rpart
set.seed(2)
air <- airquality[-1]
golden_rpart(here, "air-rpart", rpart(Ozone ~ ., airquality), holes(air, 0.3))
golden_rpart(here, "air-nosurrogate-rpart", rpart(Ozone ~ ., holes(airquality, 0.1), control = rpart.control(usesurrogate = 0, cp = 0.001)), holes(air, 0.3))
golden_rpart(here, "air-surrogate-rpart", rpart(Ozone ~ ., holes(airquality, 0.2), control = rpart.control(usesurrogate = 1, cp = 0.001, minsplit = 8)), holes(air, 0.4))
car <- car.test.frame
golden_rpart(here, "car-rpart", rpart(Reliability ~ Price + Country + Type + Weight + log(Disp.) + I(HP > 110), car, control = rpart.control(cp = 0.001, minsplit = 5)), holes(car[c("Price", "Country", "Type", "Weight", "Disp.", "HP")], 0.25))
golden_rpart(here, "solder-rpart", rpart(skips ~ Opening + Solder + Mask + PadType + Panel, solder.balance, method = "poisson"), holes(solder.balance[seq(1, 720, 9), c("Opening", "Solder", "Mask", "PadType", "Panel")], 0.1))
golden_rpart(here, "stagec-rpart", rpart(Surv(pgtime, pgstat) ~ age + eet + g2 + grade + gleason + ploidy, stagec), stagec[c("age", "eet", "g2", "grade", "gleason", "ploidy")])
golden_rpart(here, "kyphosis-rpart", rpart(Kyphosis ~ Age + Number + Start, kyphosis, parms = list(prior = c(0.65, 0.35), split = "information")), kyphosis[-1])
golden_rpart(here, "root-rpart", rpart(Ozone ~ ., airquality[1:12, ], control = rpart.control(minsplit = 50)), air[1:5, ])

# lm
set.seed(3)
golden_linear(here, "mtcars-lm", lm(mpg ~ factor(cyl) * log(hp) + poly(wt, 3) + I(qsec^2 / 10) + offset(am / 4), mtcars), mtcars[c("cyl", "hp", "wt", "qsec", "am")], 4)
golden_linear(here, "npk-lm", aov(yield ~ block + N * P * K, npk), npk[1:4])
golden_linear(here, "esoph-lm", lm(ncases ~ agegp * tobgp + alcgp, esoph), esoph_rows)
breaks <- transform(warpbreaks, is_a = wool == "A", side = rep(c("Zeta", "a", "B"), 18), count = seq_along(wool))
contrasts(breaks$tension) <- matrix(c(1, -0.25, 0.1, 0, 2, -1), 3)
golden_linear(here, "breaks-lm", lm(breaks ~ 0 + tension:wool + is_a + side * count + cut(count, c(0, 10, 30, 60)), breaks, contrasts = list(wool = "contr.sum", side = "contr.helmert")), breaks[c("tension", "wool", "is_a", "side", "count")])
golden_linear(here, "iris-lm", lm(Sepal.Length ~ Sepal.Width + I(2 * Sepal.Width) + Species / poly(Petal.Length, 2, raw = TRUE) + scale(Petal.Width) + relevel(Species, "virginica"), iris), iris[2:5])

# glm
set.seed(4)
steps <- data.frame(dose = rep(seq(0.5, 6, 0.5), 2), sex = rep(c("F", "M"), each = 12))
steps$dead <- rbinom(24, 20, plogis(steps$dose - 3 + (steps$sex == "M")))
steps$alive <- 20 - steps$dead
steps$days <- rpois(24, 5 * steps$dose) + 1
far <- rbind(steps[1:2], data.frame(dose = c(-60, 60, -8, 11.25), sex = c("F", "M", "M", "F")))
for (link in c("logit", "probit", "cauchit", "cloglog")) {
  call <- bquote(glm(cbind(dead, alive) ~ sex * dose, binomial(.(link)), steps))
  golden_linear(here, paste0("dose-", link, "-glm"), suppressWarnings(eval(call)), far)
}
golden_linear(here, "days-poisson-glm", glm(days ~ sqrt(dose) + sex, poisson, steps, offset = log(dead + alive)), cbind(far, dead = 3, alive = 17)[far$dose > 0, ], 4)
golden_linear(here, "days-sqrt-glm", glm(days ~ dose + sex, quasipoisson("sqrt"), steps), far)
golden_linear(here, "days-gamma-glm", glm(days ~ dose + sex, Gamma, steps, start = c(0.3, -0.03, 0)), steps[1:2])
golden_linear(here, "days-inverse-glm", glm(days ~ log(dose), inverse.gaussian("1/mu^2"), steps, mustart = steps$days), steps[1], 4)
golden_linear(here, "days-power-glm", glm(days ~ dose + sex, quasi(power(1/3), "mu"), steps), steps[1:2])

# What is refused by name at import: models of R's that tests/model/readers/reference.json tells of.
refused <- function(name, model) saveRDS(model, file.path(here, "..", "refused", paste0(name, ".RDS")), version = 3)
dir.create(file.path(here, "..", "refused"), showWarnings = FALSE)
refused("lm-other", lm(mpg ~ besselJ(wt, 0), mtcars))
refused("lm-mean", lm(mpg ~ I(hp - mean(hp)), mtcars))
refused("lm-matrix", lm(mpg ~ cbind(hp, wt), mtcars))
refused("lm-noqr", lm(mpg ~ wt, mtcars, qr = FALSE))
refused("mlm", lm(cbind(mpg, hp) ~ wt, mtcars))
own <- binomial()
own$link <- "mine"
refused("glm-link", glm(am ~ wt, own, mtcars))
refused("randomForest-noforest", randomForest(iris[-5], iris$Species, ntree = 2, keep.forest = FALSE))
refused("randomForest-unsupervised", randomForest(iris[-5], ntree = 2))
texts <- transform(iris, name = as.character(Species))
refused("randomForest-texts", randomForest(Sepal.Length ~ Sepal.Width + name, texts, ntree = 2))
refused("polr-cauchit", MASS::polr(Sat ~ Infl, MASS::housing, weights = Freq, method = "cauchit", start = c(0.5, 1, -0.5, 0.5)))
refused("svm-levels", e1071::svm(mpg ~ hp + auto + gears, transform(mtcars, auto = factor(am), gears = factor(gear)), fitted = FALSE))
refused("ksvm-spoc", kernlab::ksvm(Species ~ ., iris[seq(1, 150, 5), ], type = "spoc-svc"))
refused("ksvm-bessel", kernlab::ksvm(Species ~ ., iris[seq(1, 150, 5), ], kernel = "besseldot", kpar = list(sigma = 1, order = 1, degree = 1)))

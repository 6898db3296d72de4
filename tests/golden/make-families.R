# Makes the goldens of families that need packages of their own, and of splines: Rscript tests/golden/make-families.R [NAME...] (R 4.2.2 and
# the packages of Debian 12, with R's reference BLAS). With names it makes those alone.
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
RNGversion("4.0.0")
wanted <- commandArgs(TRUE)
family <- function(name, make) if (length(wanted) == 0 || name %in% wanted) make()

# Splines and interaction() in a formula.
family("splines", function() {
  suppressPackageStartupMessages(library(splines))
  cars <- transform(mtcars, auto = factor(am, labels = c("yes", "no")))
  far <- rbind(cars, transform(cars[1:6, ], hp = c(20, 400, 52, 335, 109, 500), wt = c(1, 6, 1.513, 5.424, 3.5, 0.2)))
  golden_linear(here, "splines-lm", lm(mpg ~ ns(hp, 3) + bs(wt, df = 5) * auto + splines::bs(disp, knots = c(200, 300), degree = 2), cars), far[c("hp", "wt", "auto", "disp")])
  golden_linear(here, "splines-inner-lm", lm(mpg ~ ns(sqrt(hp), df = 2, intercept = TRUE) + ns(wt, 1) - 1, cars), far[c("hp", "wt")])
  golden_linear(here, "splines-glm", glm(cbind(am, 1 - am) ~ bs(qsec, 4) + offset(wt / 100), binomial, cars), cars[c("qsec", "wt")])
  golden_linear(here, "interaction-lm", lm(mpg ~ interaction(auto, gear, sep = "/") + interaction(cyl, vs) + wt, cars), cars[c("auto", "gear", "cyl", "vs", "wt")])
  # parsnip is not among Debian's packages: a workflow that it made, with another formula and the lm of that formula's matrix.
  workflow <- readRDS(file.path(here, "pipelines", "engine-lm.RDS"))
  types <- workflow$pre$mold$blueprint$ptypes$predictors
  set.seed(21)
  homes <- data.frame(area = runif(80, 30, 200), lat = runif(80, -1, 1), zone = factor(sample(levels(types$zone), 80, TRUE), levels(types$zone)))
  homes$y <- sqrt(homes$area) + as.integer(homes$zone) + homes$lat + rnorm(80)
  frame <- model.frame(y ~ ns(area, 3) * zone + bs(lat, 4), homes)
  kept <- delete.response(terms(frame))
  columns <- model.matrix(kept, frame)[, -1]
  attr(kept, "intercept") <- 0L
  attr(kept, "dataClasses") <- attr(kept, "dataClasses")[-1]
  workflow$pre$mold$blueprint$terms$predictors <- kept
  workflow$fit$fit$fit <- lm(..y ~ ., data.frame(..y = homes$y, columns, check.names = FALSE))
  write_golden(here, "splines-workflow", workflow, "regression", homes[1:30, 1:3], predict(lm(y ~ ns(area, 3) * zone + bs(lat, 4), homes), homes[1:30, ]))
})

# Functions of base and stats by their packages, C() with a number of contrasts, and factor() with its arguments by name.
family("prefixed", function() {
  cars <- transform(mtcars, gear = factor(gear, labels = c("three", "four", "five")), maker = substr(rownames(mtcars), 1, 1))
  cars$maker[!cars$maker %in% c("M", "T")] <- "other"
  used <- cars[c("gear", "maker", "carb", "wt", "hp", "qsec")]
  golden_linear(here, "prefixed-lm", lm(mpg ~ C(gear, contr.sum, 1) + stats::relevel(base::factor(maker), ref = "T") + stats:::poly(wt, 2) +
    base::cut(hp, base::c(0, 100, 200, 400)) + base::I(base::as.integer(qsec) * 2L), cars), used)
  golden_linear(here, "prefixed-contrasts-lm", lm(mpg ~ stats::C(gear, stats::contr.helmert, how.many = 1) +
    factor(maker, levels = c("T", "other", "M"), ordered = TRUE) + base::`%in%`(carb, base::c(1, 2)), cars), used[c("gear", "maker", "carb")])
})

# nnet() and multinom().
family("nnet", function() {
  suppressPackageStartupMessages({library(nnet); library(splines)})
  set.seed(22)
  rows <- iris[seq(1, 150, 4), ]
  iris$two <- factor(ifelse(iris$Sepal.Width > 3, "wide", "slim"))
  quiet <- function(...) nnet(..., trace = FALSE)
  model <- quiet(Species ~ poly(Sepal.Length, 2) + Petal.Width * two, iris, size = 3, decay = 0.01)
  rows$two <- iris$two[seq(1, 150, 4)]
  columns <- c("Sepal.Length", "Petal.Width", "two")
  golden_classes(here, "nnet-classes", model, rows[columns], model$lev, both(predict(model, rows)), predict(model, rows, type = "class"))
  model <- quiet(two ~ Sepal.Length + Species, iris, size = 2, skip = TRUE)
  golden_classes(here, "nnet-two", model, rows[c("Sepal.Length", "Species")], model$lev, both(drop(predict(model, rows))), predict(model, rows, type = "class"))
  model <- quiet(Sepal.Length / 10 ~ ns(Petal.Width, 3) + Species, iris, size = 4, linout = TRUE, decay = 1e-3)
  write_golden(here, "nnet-linout", model, "regression", rows[c("Petal.Width", "Species")], drop(unname(predict(model, rows))))
  model <- quiet(as.matrix(iris[1:2]), as.matrix(iris[3:4]) / 10, size = 3)
  write_golden(here, "nnet-matrix", model, "regression", setNames(rows[1:2], c("x1", "x2")), unname(predict(model, rows[1:2])))
  model <- quiet(as.matrix(iris[3:4]), class.ind(iris$Species), size = 0, skip = TRUE, softmax = TRUE, maxit = 20)
  golden_classes(here, "nnet-skip", model, setNames(rows[3:4], c("x1", "x2")), model$lev, unname(predict(model, rows[3:4])), predict(model, rows[3:4], type = "class"))
  model <- multinom(Species ~ Sepal.Length + poly(Petal.Width, 2), iris, trace = FALSE, maxit = 20)
  golden_classes(here, "multinom", model, rows[c("Sepal.Length", "Petal.Width")], model$lev, both(predict(model, rows, "probs")), predict(model, rows), "class")
  model <- multinom(two ~ Sepal.Length * Species - 1, iris, trace = FALSE)
  golden_classes(here, "multinom-two", model, rows[c("Sepal.Length", "Species")], model$lev, both(predict(model, rows, "probs")), predict(model, rows), "class")
})

# caret's knn3() and knnreg().
family("knn", function() {
  suppressPackageStartupMessages(library(caret))
  set.seed(23)
  rows <- rbind(iris[seq(1, 150, 5), ], transform(iris[seq(2, 150, 15), ], Sepal.Length = Sepal.Length + 0.03))
  model <- knn3(Species ~ Sepal.Length * Petal.Width + Sepal.Width, iris, k = 5)
  sure <- function(model, rows) {
    shares <- predict(model, rows)
    ties <- apply(shares, 1, function(p) colnames(shares)[p == max(p)], simplify = FALSE)
    list(shares = unname(shares), class = vapply(ties, `[`, "", 1))
  }
  said <- sure(model, rows)
  golden_classes(here, "knn3", model, rows[c("Sepal.Length", "Petal.Width", "Sepal.Width")], levels(iris$Species), said$shares, said$class)
  model <- knn3(iris[3:4], iris$Species, k = 12)
  said <- sure(model, rows[3:4])
  golden_classes(here, "knn3-matrix", model, rows[3:4], levels(iris$Species), said$shares, said$class)
  model <- knnreg(Sepal.Length ~ Petal.Width + Species, iris, k = 7)
  write_golden(here, "knnreg", model, "regression", rows[4:5], predict(model, rows))
  model <- suppressWarnings(knnreg(mtcars[c("hp", "wt")], mtcars$mpg, k = 40))
  write_golden(here, "knnreg-all", model, "regression", mtcars[1:5, c("hp", "wt")], suppressWarnings(predict(model, mtcars[1:5, c("hp", "wt")])))
})

# e1071's naiveBayes().
family("naiveBayes", function() {
  suppressPackageStartupMessages(library(e1071))
  set.seed(24)
  said <- function(name, model, rows, types = names(model$tables)) {
    golden_classes(here, name, model, rows[types], as.character(model$levels), unname(predict(model, rows, type = "raw")), predict(model, rows), "class")
  }
  data <- data.frame(x = rnorm(80), f = factor(sample(letters[1:4], 80, TRUE)), flag = runif(80) < 0.3, s = sample(c("u", "v"), 80, TRUE), n = rpois(80, 3))
  data$y <- factor(ifelse(data$x + (data$f == "b") + rnorm(80) > 0.4, "yes", ifelse(data$n > 3, "maybe", "no")))
  rows <- data[1:40, ]
  rows$x[1:3] <- c(30, -12, 7)
  for (name in c("x", "f", "s", "n")) rows[[name]][sample(40, 6)] <- NA
  said("naiveBayes", naiveBayes(y ~ x + f + flag + s + n, data, laplace = 1), rows)
  far <- rows[c("x", "n")]
  far[is.na(far)] <- 0
  said("naiveBayes-logical", naiveBayes(data[c("x", "n")], data$flag), far)
  data$same <- ifelse(data$y == "yes", 5, rnorm(80))
  data$g <- factor(ifelse(data$y == "no", "k", sample(c("k", "m"), 80, TRUE)))
  rows <- transform(data[1:30, ], same = rep(c(5, 5.001, 1), 10))
  said("naiveBayes-zeros", naiveBayes(y ~ same + g, data), rows)
})

# MASS's lda(), qda() and polr().
family("MASS", function() {
  suppressPackageStartupMessages(library(MASS))
  set.seed(25)
  said <- function(name, model, rows, columns, levels) {
    made <- predict(model, rows)
    golden_classes(here, name, model, rows[columns], levels, unname(made$posterior), made$class, "class")
  }
  iris$f <- factor(sample(c("u", "v", "w"), 150, TRUE))
  rows <- iris[seq(1, 150, 4), ]
  said("lda", lda(Species ~ Sepal.Length + log(Petal.Width) * f, iris), rows, c("Sepal.Length", "Petal.Width", "f"), levels(iris$Species))
  said("lda-prior", lda(iris[1:4], iris$Species, prior = c(0.2, 0.5, 0.3)), rows[1:4], 1:4, levels(iris$Species))
  said("lda-two", lda(am ~ hp + wt, mtcars), mtcars, c("hp", "wt"), c("0", "1"))
  said("qda", qda(Species ~ Sepal.Length + poly(Petal.Width, 2), iris, prior = c(0.5, 0.25, 0.25)), rows, c("Sepal.Length", "Petal.Width"), levels(iris$Species))
  said("qda-matrix", qda(iris[1:3], iris$Species), rows[1:3], 1:3, levels(iris$Species))
  columns <- c("Infl", "Type", "Cont")
  homes <- housing[sample(nrow(housing)), ]
  for (method in c("logistic", "probit", "loglog", "cloglog")) {
    model <- polr(if (method == "probit") Sat ~ Infl * Type + Cont else Sat ~ Infl + Type + Cont, homes, weights = Freq, method = method)
    golden_classes(here, paste0("polr-", method), model, homes[1:40, columns], model$lev, unname(predict(model, homes[1:40, ], "probs")), predict(model, homes[1:40, ]), "class")
  }
})

# MASS's rlm() and quantreg's rq(), of one tau and of several.
family("robust", function() {
  suppressPackageStartupMessages({library(MASS); library(quantreg); library(splines)})
  set.seed(26)
  homes <- data.frame(area = runif(90, 30, 200), lat = runif(90, -1, 1), zone = factor(sample(c("A", "B", "C"), 90, TRUE)), old = runif(90) < 0.3)
  homes$y <- sqrt(homes$area) + as.integer(homes$zone) + homes$lat + rt(90, 2)
  rows <- homes[seq(1, 90, 3), c("area", "lat", "zone", "old")]
  own <- function(name, model, rows) write_golden(here, name, model, "regression", rows, unname(predict(model, rows)))
  own("rlm", rlm(y ~ log(area) * zone + offset(lat / 10) + poly(lat, 2), homes, psi = psi.bisquare, maxit = 50), rows)
  own("rlm-weights", rlm(y ~ area + zone + old - 1, homes, weights = runif(90, 0, 3), method = "MM"), rows[c("area", "zone", "old")])
  own("rq", rq(y ~ ns(area, 3) * zone + lat, 0.9, data = homes), rows[c("area", "zone", "lat")])
  own("rq-lasso", rq(y ~ area + lat + old, data = homes, method = "lasso", lambda = 1), rows[c("area", "lat", "old")])
  taus <- rq(y ~ log(area) + zone:lat, c(0.05, 1 / 3, 0.5, 0.95), homes, weights = runif(90))
  write_golden(here, "rq-taus", taus, "columns", rows[c("area", "zone", "lat")], predict(taus, rows))
  plain <- rq(y ~ 0 + area, c(0.25, 0.75), homes)
  write_golden(here, "rq-taus-plain", plain, "columns", rows["area"], predict(plain, rows))
})

# earth(): a number, several, two classes and three, with and without a glm.
family("earth", function() {
  suppressPackageStartupMessages(library(earth))
  set.seed(27)
  plain <- function(model) {
    model$bx <- model$residuals <- model$leverages <- model$fitted.values <- NULL
    # The glms' formulas have an environment with all of earth()'s own variables.
    model$glm.list <- if (!is.null(model$glm.list)) lapply(model$glm.list, function(glm) {
      for (part in c("x", "y", "model", "data", "residuals", "effects", "formula", "call", "prior.weights", "weights", "control")) glm[[part]] <- NULL
      attr(glm$terms, ".Environment") <- globalenv()
      glm$qr$qr <- NULL
      glm$family <- glm$family[c("family", "link")]
      glm
    })
    model
  }
  homes <- data.frame(area = runif(120, 30, 200), lat = runif(120, -1, 1), zone = factor(sample(c("A", "B", "C"), 120, TRUE)), old = runif(120) < 0.3)
  homes$y <- sqrt(homes$area) * as.integer(homes$zone) + pmax(0, homes$lat) * 9 + rnorm(120)
  homes$dear <- factor(ifelse(homes$y + rnorm(120, 0, 5) > 20, "dear", "cheap"), c("cheap", "dear"))
  homes$three <- cut(homes$y + rnorm(120, 0, 3), c(-Inf, 12, 22, Inf), c("S", "M", "L"))
  rows <- homes[seq(1, 120, 4), c("area", "lat", "zone", "old")]
  said <- function(name, model, rows) {
    types <- if (is.null(model$glm.list)) NULL else c("link", "earth")
    levels <- if (is.numeric(model$levels)) NULL else model$levels
    flat <- function(p) if (ncol(p) == 1) p[, 1] else unname(p)
    response <- predict(model, rows, type = "response")
    others <- lapply(setNames(types, types), function(type) flat(predict(model, rows, type = type)))
    if (!is.null(levels)) others$class <- as.character(predict(model, rows, type = "class"))
    if (is.null(levels)) return(write_golden(here, name, plain(model), "regression", rows, flat(response), others = others))
    write_golden(here, name, plain(model), "probability", rows, if (ncol(response) == 1) both(response[, 1]) else unname(response), as.character(levels), others = others)
  }
  said("earth", earth(y ~ log(area) + zone * lat + old, homes, degree = 2), rows)
  said("earth-matrix", earth(as.matrix(homes[c("area", "lat")]), homes$y, penalty = -1, nk = 30), rows[c("area", "lat")])
  said("earth-several", earth(cbind(y, lat) ~ area + zone + offset(area / 100), transform(homes, y = y), linpreds = "area"), rows[c("area", "zone")])
  said("earth-poisson", earth(n ~ area + lat, transform(homes, n = rpois(120, y / 4)), glm = list(family = poisson)), rows[c("area", "lat")])
  said("earth-binomial", earth(dear ~ ., homes[c("area", "lat", "zone", "old", "dear")], glm = list(family = binomial), degree = 2), rows)
  said("earth-constant", earth(homes["area"], homes$dear, glm = list(family = binomial), nprune = 1), rows["area"])
  said("earth-classes", earth(three ~ area + lat + zone, homes, glm = list(family = binomial(link = "probit"))), rows[c("area", "lat", "zone")])
  said("earth-plain-classes", earth(three ~ area + lat, homes), rows[c("area", "lat")])
  said("earth-logical", earth(old ~ area + lat, homes, penalty = -1), rows[c("area", "lat")])
})

# e1071's svm(): every type and kernel.
family("svm", function() {
  suppressPackageStartupMessages(library(e1071))
  set.seed(26)
  order <- sample(150)
  rows <- iris[seq(1, 150, 4), ]
  classes <- function(name, model, rows, sidecar = NULL) {
    said <- predict(model, rows, probability = TRUE, decision.values = TRUE)
    golden_svm(here, name, model, rows, said, sidecar)
  }
  classes("svm", svm(Species ~ ., iris[order, ], probability = TRUE), rows[1:4])
  classes("svm-linear", svm(iris[order, 1:3], iris$Species[order], kernel = "linear", scale = c(TRUE, FALSE, TRUE), class.weights = c(setosa = 1, versicolor = 2, virginica = 1)), rows[1:3])
  classes("svm-nu", svm(Species ~ Sepal.Length * Petal.Width, iris, type = "nu-classification", kernel = "sigmoid", coef0 = 0.1, gamma = 0.2, nu = 0.3, probability = TRUE), rows[c("Sepal.Length", "Petal.Width")])
  cars <- transform(mtcars, auto = factor(am, labels = c("yes", "no")), gears = factor(gear, labels = c("three", "four", "five")), fast = qsec < 17,
    size = factor(cyl, labels = c("S", "M", "L"), ordered = TRUE))
  columns <- c("hp", "auto", "gears", "size", "fast")
  levels <- lapply(cars[c("gears", "size")], base::levels)
  classes("svm-two", svm(factor(vs) ~ log(hp) + auto + gears + size + fast, cars, kernel = "polynomial", degree = 4, coef0 = 1, probability = TRUE), cars[columns], levels)
  one <- function(name, model, rows, sidecar = NULL) golden_svm(here, name, model, rows, predict(model, rows), sidecar)
  one("svm-eps", svm(mpg ~ wt * auto + poly(hp, 2) + gears, cars, epsilon = 0.05, cost = 10), cars[c("wt", "auto", "hp", "gears")], levels["gears"])
  one("svm-eps-matrix", svm(unname(as.matrix(mtcars[c("hp", "wt")])), mtcars$mpg, scale = FALSE, gamma = 1e-4), setNames(mtcars[c("hp", "wt")], c("X1", "X2")))
  one("svm-nu-regression", svm(mpg ~ fast + wt, cars, type = "nu-regression", kernel = "linear", nu = 0.4), cars[c("fast", "wt")])
  model <- svm(mtcars[c("hp", "wt", "qsec")], nu = 0.3)
  golden_svm(here, "svm-one-class", model, mtcars[c("hp", "wt", "qsec")], predict(model, mtcars[c("hp", "wt", "qsec")], decision.values = TRUE))
})

# survival's coxph(): ties, weights, strata, counting processes, offsets.
family("coxph", function() {
  suppressPackageStartupMessages({library(survival); library(splines)})
  set.seed(28)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss", "inst")])
  lungs <- transform(lungs[sample(nrow(lungs), 90), ], sexes = factor(sex, labels = c("m", "f")), heavy = wt.loss > 10)
  rows <- lungs[seq(1, 90, 6), ]
  said <- function(name, model, columns) golden_cox(here, name, model, rows[columns])
  said("coxph", coxph(Surv(time, status) ~ ns(age, 3) + sexes * ph.ecog + log(wt.loss + 30), lungs), c("age", "sexes", "ph.ecog", "wt.loss"))
  said("coxph-breslow", coxph(Surv(round(time, -2), status) ~ age + heavy, lungs, weights = inst, ties = "breslow"), c("age", "heavy"))
  said("coxph-efron", coxph(Surv(round(time, -2), status == 2) ~ age + cluster(inst) + poly(ph.ecog, 2), lungs), c("age", "ph.ecog"))
  said("coxph-strata", coxph(Surv(round(time, -1), status) ~ age + wt.loss + strata(ph.ecog), lungs[lungs$ph.ecog < 3, ], x = TRUE), c("age", "wt.loss", "ph.ecog"))
  said("coxph-strata-factor", coxph(Surv(time, status) ~ age + strata(sexes), lungs, x = TRUE), c("age", "sexes"))
  said("coxph-offset", coxph(Surv(time, status) ~ age + offset(wt.loss / 50), lungs), c("age", "wt.loss"))
  said("coxph-counting", coxph(Surv(time / 10, time, status) ~ age + sexes, lungs), c("age", "sexes"))
})

# survival's survreg(): its distributions, their quantiles, strata.
family("survreg", function() {
  suppressPackageStartupMessages({library(survival); library(splines)})
  set.seed(29)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss")])
  lungs <- transform(lungs[sample(nrow(lungs), 90), ], sexes = factor(sex, labels = c("m", "f")))
  rows <- lungs[seq(1, 90, 6), ]
  said <- function(name, columns, ...) golden_survreg(here, paste0("survreg-", name), survreg(..., data = lungs), rows, columns)
  said("weibull", c("age", "sexes"), Surv(time, status) ~ ns(age, 3) * sexes)
  said("exponential", c("age", "ph.ecog"), Surv(time, status) ~ age + poly(ph.ecog, 2), dist = "exponential")
  said("lognormal", c("age", "wt.loss"), Surv(time, status) ~ log(age) + wt.loss - 1, dist = "lognormal")
  golden_survreg(here, "survreg-logistic", survreg(Surv(time, status) ~ age + sexes, lungs, weights = wt.loss + 40, dist = "logistic"), rows, c("age", "sexes"))
  said("t", "age", Surv(time, status) ~ age, dist = "t", parms = 5)
  said("strata", "age", Surv(time, status) ~ age + strata(sex), dist = "loglogistic")
})

# kernlab's ksvm(): every type and kernel that is served.
family("ksvm", function() {
  suppressPackageStartupMessages(library(kernlab))
  set.seed(27)
  rows <- iris[seq(1, 150, 4), ]
  said <- function(...) golden_ksvm(here, ...)
  said("ksvm", ksvm(Species ~ ., iris, prob.model = TRUE, kpar = list(sigma = 0.4)), rows[1:4])
  said("ksvm-linear", ksvm(as.matrix(iris[1:3]), iris$Species, kernel = "vanilladot", scaled = c(TRUE, FALSE, TRUE), type = "C-bsvc", kpar = list()), rows[1:3])
  said("ksvm-nu", ksvm(Species ~ Sepal.Length * Petal.Width, iris, type = "nu-svc", kernel = "tanhdot", kpar = list(scale = 0.1, offset = -0.2), nu = 0.3), rows[c("Sepal.Length", "Petal.Width")])
  cars <- transform(mtcars, auto = factor(am, labels = c("yes", "no")), gears = factor(gear, labels = c("three", "four", "five")), fast = qsec < 17)
  levels <- lapply(cars["gears"], base::levels)
  said("ksvm-two", ksvm(factor(vs) ~ log(hp) + auto + gears + fast, cars, kernel = "polydot", kpar = list(degree = 3, scale = 0.5, offset = 1), prob.model = TRUE), cars[c("hp", "auto", "gears", "fast")], levels)
  said("ksvm-eps", ksvm(mpg ~ wt * auto + poly(hp, 2) + gears, cars, kernel = "laplacedot", kpar = list(sigma = 0.2), epsilon = 0.05, C = 10), cars[c("wt", "auto", "hp", "gears")], levels)
  said("ksvm-eps-matrix", ksvm(unname(as.matrix(mtcars[c("hp", "wt")])), mtcars$mpg, scaled = FALSE, kpar = list(sigma = 1e-4)), setNames(mtcars[c("hp", "wt")], c("X1", "X2")))
  homes <- data.frame(area = runif(120, 30, 200), lat = runif(120, -1, 1))
  homes$y <- sqrt(homes$area) + homes$lat + rnorm(120)
  said("ksvm-nu-regression", ksvm(y ~ ., homes[1:120, ], type = "nu-svr", kernel = "anovadot", kpar = list(sigma = 0.3, degree = 2), nu = 0.9), homes[1:30, 1:2])
  said("ksvm-eps-bound", ksvm(y ~ ., homes[1:60, ], type = "eps-bsvr", kernel = "polydot", kpar = list(degree = 2, scale = 0.3, offset = 1)), homes[1:30, 1:2])
  said("ksvm-one-class", ksvm(as.matrix(mtcars[c("hp", "wt", "qsec")]), type = "one-svc", nu = 0.3, kpar = list(sigma = 0.2)), mtcars[c("hp", "wt", "qsec")])
})

# prcomp(): the scores of its components.
family("prcomp", function() {
  said <- function(name, model, rows) write_golden(here, name, model, "columns", rows, unname(predict(model, rows)))
  rows <- mtcars[seq(1, 32, 2), c("hp", "wt", "qsec", "drat")]
  said("prcomp", prcomp(mtcars[c("hp", "wt", "qsec", "drat")], scale. = TRUE), rows)
  said("prcomp-plain", prcomp(~ hp + wt + qsec, mtcars, center = FALSE, rank. = 2), rows[1:3])
})

# R's intervals of lm and standard errors of lm and glm: weights, offsets, columns that depend on others, every way to a dispersion.
family("spreads", function() {
  suppressPackageStartupMessages({library(splines); library(MASS)})
  set.seed(31)
  cars <- transform(mtcars, auto = factor(am, labels = c("yes", "no")), twice = 2 * hp)
  far <- rbind(cars[seq(1, 32, 2), ], transform(cars[1:4, ], hp = c(20, 400, 52, 335), twice = c(40, 800, 104, 670), wt = c(1, 6, 1.513, 5.424)))
  said <- function(name, model, columns) golden_linear(here, paste0("spread-", name), model, far[columns], spreads = linear_spreads(model, far[columns]))
  said("lm", lm(mpg ~ poly(wt, 2) * auto + I(qsec^2 / 10) + offset(gear / 4), cars), c("wt", "auto", "qsec", "gear"))
  said("lm-weights", lm(mpg ~ ns(wt, 3) + sqrt(hp), cars, weights = c(0, seq(0.5, 2, length.out = 31))), c("wt", "hp"))
  said("lm-deficient", lm(mpg ~ hp + twice + wt + auto - 1, cars), c("hp", "twice", "wt", "auto"))
  said("aov", aov(mpg ~ factor(cyl) + auto, cars), c("cyl", "auto"))
  said("glm-binomial", glm(vs ~ wt + auto, binomial, cars), c("wt", "auto"))
  said("glm-quasi", glm(carb ~ hp + auto, quasipoisson, cars, weights = seq(0.5, 2, length.out = 32)), c("hp", "auto"))
  said("glm-gamma", glm(mpg ~ wt * auto, Gamma("log"), cars), c("wt", "auto"))
  said("glm-gaussian", glm(mpg ~ wt + bs(hp, 4), data = cars), c("wt", "hp"))
  said("negbin", glm.nb(carb ~ hp + wt, cars), c("hp", "wt"))
  # The workflow of the splines above: parsnip's conf_int and pred_int ask its lm, whose matrix is that of this formula.
  workflow <- readRDS(file.path(here, "splines-workflow.RDS"))
  set.seed(21)
  zones <- levels(workflow$pre$mold$blueprint$ptypes$predictors$zone)
  homes <- data.frame(area = runif(80, 30, 200), lat = runif(80, -1, 1), zone = factor(sample(zones, 80, TRUE), zones))
  homes$y <- sqrt(homes$area) + as.integer(homes$zone) + homes$lat + rnorm(80)
  model <- lm(y ~ ns(area, 3) * zone + bs(lat, 4), homes)
  write_golden(here, "spread-workflow", workflow, "regression", homes[1:30, 1:3], predict(model, homes[1:30, ]), more = linear_spreads(model, homes[1:30, ]))
})

# kmeans(): the nearest centre; of centres that are as near the first.
family("kmeans", function() {
  set.seed(32)
  said <- function(...) golden_kmeans(here, ...)
  said("kmeans", kmeans(iris[1:4], 5), iris[seq(1, 150, 3), 1:4])
  grid <- expand.grid(a = 0:4, b = 0:4)
  said("kmeans-ties", kmeans(grid[rep(c(1, 5, 21, 25), 5), ], grid[c(1, 5, 21, 25), ]), grid)
  said("kmeans-one", kmeans(unname(as.matrix(mtcars["hp"])), 3, algorithm = "Lloyd"), setNames(mtcars["hp"], "x1"))
})

# nls(): its formula with its parameters, indexed by a factor, of models that start by themselves, and of each algorithm.
family("nls", function() {
  said <- function(name, model, rows) write_golden(here, name, model, "regression", rows, as.vector(predict(model, rows)))
  half <- 2
  said("nls", nls(mpg ~ a + b * exp(-c * hp / 100) + ifelse(vs == 1, d, 0) * wt^half, mtcars, start = list(a = 10, b = 30, c = 1, d = 0.1)), mtcars[c("hp", "vs", "wt")])
  said("nls-port", nls(rate ~ Vm * conc / (K + conc), Puromycin, subset = state == "treated", start = c(Vm = 200, K = 0.1), algorithm = "port", lower = c(0, 0.07)), Puromycin["conc"])
  said("nls-groups", nls(rate ~ Vm[state] * conc / (K[state] + conc), Puromycin, start = list(Vm = c(200, 160), K = c(0.05, 0.1)), weights = rate), Puromycin[c("conc", "state")])
  said("nls-plinear", nls(rate ~ conc / (K + conc), Puromycin, start = list(K = 0.05), algorithm = "plinear"), Puromycin["conc"])
  said("nls-cbind", nls(mpg ~ cbind(1, wt, exp(-k * hp / 100)), mtcars, start = list(k = 1), algorithm = "plinear"), mtcars[c("wt", "hp")])
  trees <- Loblolly[Loblolly$Seed == "301", ]
  said("nls-SSasymp", nls(height ~ SSasymp(age, Asym, R0, lrc), trees), trees["age"])
  said("nls-SSasympOff", nls(uptake ~ SSasympOff(conc, Asym, lrc, c0), CO2[CO2$Plant == "Qn1", ]), CO2["conc"])
  said("nls-SSasympOrig", nls(height ~ SSasympOrig(age, Asym, lrc), trees), trees["age"])
  said("nls-SSbiexp", nls(conc ~ SSbiexp(time, A1, lrc1, A2, lrc2), Indometh[Indometh$Subject == 1, ]), Indometh["time"])
  said("nls-SSfol", nls(conc ~ SSfol(Dose, Time, lKe, lKa, lCl), Theoph[Theoph$Subject == 1, ]), Theoph[c("Dose", "Time")])
  said("nls-SSfpl", nls(weight ~ SSfpl(Time, A, B, xmid, scal), ChickWeight[ChickWeight$Chick == 1, ]), ChickWeight[1:48, "Time", drop = FALSE])
  said("nls-SSgompertz", nls(density ~ SSgompertz(log(conc), Asym, b2, b3), DNase[DNase$Run == 1, ]), DNase["conc"])
  said("nls-SSlogis", nls(density ~ SSlogis(log(conc), Asym, scal = scal, xmid = xmid), DNase[DNase$Run == 1, ]), DNase["conc"])
  said("nls-SSmicmen", nls(rate ~ SSmicmen(conc, Vm, K), Puromycin, subset = state == "treated"), Puromycin["conc"])
  said("nls-SSweibull", nls(weight ~ SSweibull(Time, Asym, Drop, lrc, pwr), ChickWeight[ChickWeight$Chick == 6 & ChickWeight$Time > 0, ]), ChickWeight[1:48, "Time", drop = FALSE])
})

# coxph() by several variables, by computed ones, with weights, and with columns of their own within strata.
family("coxph-strata", function() {
  suppressPackageStartupMessages({library(survival); library(splines)})
  set.seed(33)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss", "inst")])
  lungs <- transform(lungs[sample(nrow(lungs), 120), ], sexes = factor(sex, labels = c("m", "f")), heavy = wt.loss > 10)
  lungs <- lungs[lungs$ph.ecog < 3, ]
  rows <- lungs[seq(1, nrow(lungs), 5), ]
  said <- function(name, model, columns) golden_cox(here, paste0("coxph-strata-", name), model, rows[columns])
  said("pair", coxph(Surv(time, status) ~ ns(age, 2) + strata(sexes, ph.ecog), lungs, weights = inst, x = TRUE), c("age", "sexes", "ph.ecog"))
  said("terms", coxph(Surv(time, status) ~ age + strata(sexes) + strata(heavy, ph.ecog > 0), lungs, x = TRUE, ties = "breslow"), c("age", "sexes", "heavy", "ph.ecog"))
  said("slopes", coxph(Surv(round(time, -1), status) ~ age * strata(heavy) + wt.loss, lungs, x = TRUE), c("age", "wt.loss", "heavy"))
  said("cut", coxph(Surv(time, status) ~ wt.loss + strata(cut(age, c(30, 60, 90))), lungs, x = TRUE), c("wt.loss", "age"))
})

# survival's penalized terms: pspline() within its boundary knots and beyond, ridge(), and a frailty, which predict() leaves out.
family("penalized-survival", function() {
  suppressPackageStartupMessages(library(survival))
  set.seed(34)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss", "inst")])
  lungs <- transform(lungs[sample(nrow(lungs), 120), ], sexes = factor(sex, labels = c("m", "f")))
  rows <- lungs[seq(1, 120, 6), ]
  rows$age[1:4] <- c(20, 99, min(lungs$age), max(lungs$age))
  said <- function(name, model, columns) golden_cox(here, paste0("coxph-", name), model, rows[columns])
  said("pspline", coxph(Surv(time, status) ~ pspline(age, df = 3) + sexes, lungs), c("age", "sexes"))
  said("pspline-combine", coxph(Surv(time, status) ~ pspline(age, nterm = 4, df = 2, combine = c(1, 1, 2, 3, 4, 5)) + pspline(wt.loss, df = 0, degree = 2), lungs), c("age", "wt.loss"))
  said("ridge", coxph(Surv(time, status) ~ ridge(age, wt.loss, sqrt(ph.ecog), theta = 1) + sexes, lungs), c("age", "wt.loss", "ph.ecog", "sexes"))
  said("frailty", coxph(Surv(time, status) ~ age + frailty(inst) + sexes, lungs), c("age", "sexes"))
  # parsnip is not among Debian's packages: what its survival_reg() makes, whose predict() asks that of the survreg inside (censored).
  fitted <- survreg(Surv(time, status) ~ log(age) + sexes, lungs, dist = "loglogistic", model = TRUE)
  golden_survreg(here, "survreg-parsnip", fitted, rows, c("age", "sexes"))
  spec <- structure(list(args = list(), eng_args = list(), mode = "censored regression", method = NULL, engine = "survival"), class = c("survival_reg", "model_spec"))
  fit <- structure(list(lvl = NULL, spec = spec, fit = fitted, preproc = list(y_var = c("time", "status")), elapsed = list()), class = c("_survreg", "model_fit"))
  saveRDS(fit, file.path(here, "survreg-parsnip.RDS"), version = 3)
  golden_survreg(here, "survreg-pspline", survreg(Surv(time, status) ~ pspline(age, df = 3) + sexes, lungs), rows, c("age", "sexes"))
})

# coxph()'s linear predictors and risks by their reference.
family("coxph-reference", function() {
  suppressPackageStartupMessages(library(survival))
  set.seed(35)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss")])
  lungs <- lungs[sample(nrow(lungs), 100), ]
  rows <- lungs[seq(1, 100, 5), ]
  said <- function(name, model, columns, references) golden_cox(here, name, model, rows[columns], cox_references(model, rows, references))
  said("coxph-reference", coxph(Surv(time, status) ~ age * factor(sex) + poly(wt.loss, 2), lungs), c("age", "sex", "wt.loss"), c("sample", "zero", "strata"))
  said("coxph-reference-strata", coxph(Surv(time, status) ~ age + wt.loss + strata(sex), lungs, x = TRUE), c("age", "wt.loss", "sex"), c("zero", "strata"))
})

# coxph()'s terms, standard errors and expected events.
family("coxph-spreads", function() {
  suppressPackageStartupMessages({library(survival); library(splines)})
  set.seed(36)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "ph.ecog", "wt.loss", "inst")])
  lungs <- transform(lungs[sample(nrow(lungs), 120), ], sexes = factor(sex, labels = c("m", "f")), begin = time * runif(120, 0, 0.4), tens = round(time, -1), hundreds = round(time, -2) + 100)
  lungs <- transform(lungs[lungs$ph.ecog < 3, ], grade = factor(ph.ecog))
  rows <- lungs[seq(1, nrow(lungs), 6), ]
  said <- function(name, model, columns) golden_cox(here, paste0("coxph-", name), model, rows[columns], cox_spreads(model, rows[columns]))
  said("spread", coxph(Surv(time, status) ~ ns(age, 3) * sexes + wt.loss, lungs), c("age", "sexes", "wt.loss"))
  said("spread-strata", coxph(Surv(time, status) ~ grade + poly(wt.loss, 2) + strata(sexes), lungs, x = TRUE, robust = TRUE), c("grade", "wt.loss", "sexes"))
  said("spread-counting", coxph(Surv(begin, tens, status) ~ age + grade, subset(lungs, begin < tens), weights = inst, ties = "breslow"), c("age", "grade"))
  said("spread-exact", coxph(Surv(hundreds, status) ~ age + sexes, lungs, ties = "exact"), c("age", "sexes"))
  said("spread-offset", coxph(Surv(time, status) ~ pspline(age, df = 3) + sexes + offset(wt.loss / 50), lungs), c("age", "sexes", "wt.loss"))
})

# survreg()'s standard errors, quantiles of Student's t, and those before they are made times.
family("survreg-spreads", function() {
  suppressPackageStartupMessages({library(survival); library(splines)})
  set.seed(37)
  lungs <- na.omit(lung[c("time", "status", "age", "sex", "wt.loss")])
  lungs <- transform(lungs[sample(nrow(lungs), 100), ], sexes = factor(sex, labels = c("m", "f")))
  rows <- lungs[seq(1, 100, 6), ]
  said <- function(name, columns, ...) {
    model <- survreg(..., data = lungs)
    golden_survreg(here, paste0("survreg-spread", name), model, rows, columns, more = survreg_spreads(model, rows))
  }
  said("", c("age", "sexes"), Surv(time, status) ~ ns(age, 3) * sexes)
  said("-t", c("age", "wt.loss"), Surv(time, status) ~ age + wt.loss, dist = "t", parms = 3)
  said("-strata", c("age", "sexes"), Surv(time, status) ~ pspline(age, df = 3) + sexes + strata(sex), dist = "lognormal")
  said("-scale", c("age", "sexes"), Surv(time, status) ~ age + sexes, dist = "gaussian", scale = 200, robust = TRUE)
})

# Standard errors of the link: of glm(), and of gam() with one linear predictor and with several.
family("link-errors", function() {
  suppressPackageStartupMessages(library(mgcv))
  source(file.path(here, "write-gam.R"))
  set.seed(38)
  data <- transform(mtcars, am = factor(am, labels = c("auto", "manual")))
  rows <- data[seq(1, 32, 2), c("wt", "hp", "am")]
  for (one in list(list("probit", glm(am == "manual" ~ wt + sqrt(hp), binomial("probit"), data)), list("gamma", glm(mpg ~ wt * am, Gamma("log"), data, weights = carb)))) {
    at <- rows[all.vars(delete.response(terms(one[[2]])))]
    golden_linear(here, paste0("spread-link-", one[[1]]), one[[2]], at, spreads = linear_spreads(one[[2]], at))
  }
  data$late <- as.numeric(data$qsec > 17.7)
  golden_gam(here, "gam-link-binomial", gam(late ~ s(wt, k = 5) + am, binomial, data), rows[c("wt", "am")], links = TRUE)
  flowers <- transform(iris, kind = as.numeric(Species) - 1, width = Sepal.Width)
  golden_gam(here, "gam-link-multinom", gam(list(kind ~ s(width, k = 4), ~ width), multinom(K = 2), flowers), flowers[seq(1, 150, 9), "width", drop = FALSE], links = TRUE)
  golden_gam(here, "gam-link-gaulss", gam(list(mpg ~ s(wt, k = 5), ~ am), gaulss(), data), rows[c("wt", "am")], links = TRUE)
})

# Intervals and standard errors of MASS's rlm().
family("rlm-spreads", function() {
  suppressPackageStartupMessages(library(MASS))
  set.seed(39)
  homes <- data.frame(area = runif(90, 30, 200), lat = runif(90, -1, 1), zone = factor(sample(c("A", "B", "C"), 90, TRUE)))
  homes$y <- sqrt(homes$area) + as.integer(homes$zone) + homes$lat + rt(90, 2)
  rows <- homes[seq(1, 90, 4), c("area", "lat", "zone")]
  said <- function(name, model) write_golden(here, name, model, "regression", rows, unname(predict(model, rows)), more = linear_spreads(model, rows))
  said("spread-rlm", rlm(y ~ area * zone + poly(lat, 2), homes, psi = psi.bisquare, maxit = 50))
  said("spread-rlm-weights", rlm(y ~ area + zone + offset(lat / 10) - 1, homes, weights = runif(90, 0, 3), method = "MM"))
})

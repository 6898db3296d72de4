# Fresh random models of glmnet, with R's predictions: Rscript tests/r/glmnet.R OUTDIR SEED [COUNT]
# Needs r-base-core, r-cran-glmnet and r-cran-survival. COUNT / 40 models of each family are made: 3 with 120.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "..", "golden", "live.R"))
source(file.path(golden, "write-glmnet.R"))
suppressPackageStartupMessages({library(glmnet); library(survival)})


# A response for a family, of a linear predictor.
draw_y <- function(family, eta) {
  n <- length(eta)
  switch(family,
    gaussian = eta + rnorm(n), binomial = factor(ifelse(runif(n) < plogis(eta), pick(c("yes", "b")), "a")),

    poisson = rpois(n, exp(pmin(eta / 2, 2))), cox = Surv(rexp(n, exp(eta / 2)), runif(n) < 0.7),
    mgaussian = cbind(first = eta + rnorm(n), second = -eta + rnorm(n)),
    probit = as.numeric(eta + rnorm(n) > 0), cloglog = as.numeric(eta + rnorm(n) > 0), Gamma = exp(eta / 3 + rnorm(n) / 4), quasi = rpois(n, exp(eta / 3)))
}
FAMILIES <- list(probit = binomial("probit"), cloglog = binomial("cloglog"), Gamma = Gamma("log"), quasi = quasipoisson())

draw <- function(name, i) {
  n <- pick(60:150)
  p <- pick(3:25)
  x <- matrix(round(rnorm(n * p), pick(c(1, 3, 15))), n)
  colnames(x) <- if (runif(1) < 0.8) paste0("x", seq_len(p))
  eta <- drop(x[, seq_len(min(p, 4))] %*% rnorm(min(p, 4)))
  y <- if (name == "multinomial") cut(eta + rnorm(n), c(-Inf, -1, 1, Inf), labels = c("low", "mid", "high")) else draw_y(name, eta)
  args <- list(x = x, y = y, family = if (is.null(FAMILIES[[name]])) name else FAMILIES[[name]], alpha = pick(c(0, 0.4, 1)), nlambda = pick(c(5, 20, 60)))
  new <- matrix(rnorm(12 * p), 12, dimnames = list(NULL, colnames(x)))
  new[sample(length(new), p)] <- 0
  offset <- NULL
  if (name == "multinomial" && runif(1) < 0.5) args$type.multinomial <- "grouped"
  if (runif(1) < 0.3 && name != "mgaussian") {
    wide <- if (name == "multinomial") 3 else 1
    args$offset <- drop(matrix(rnorm(n * wide) / 4, n))
    offset <- drop(matrix(rnorm(12 * wide), 12))
  }
  relax <- runif(1) < 0.3 && is.null(FAMILIES[[name]]) && args$alpha > 0 && is.null(offset) && p < n / 4
  if (relax) args$relax <- TRUE
  validated <- runif(1) < 0.4
  if (validated) args$nfolds <- 4
  model <- suppressWarnings(tryCatch(do.call(if (validated) cv.glmnet else glmnet, args), error = function(e) NULL))
  fit <- if (validated) model$glmnet.fit else model
  if (is.null(model) || length(fit$lambda) < 2) return(FALSE)
  # do.call() writes the data into the call.
  if (validated) model$call <- model$glmnet.fit$call <- quote(cv.glmnet(x, y)) else model$call <- quote(glmnet(x, y))
  asks <- list(list(s = pick(fit$lambda)), list(s = runif(1, min(fit$lambda), max(fit$lambda))), list(s = 1e9))
  if (validated) asks <- c(asks, list(list(s = "lambda.min")))
  if (relax) asks <- c(asks, list(list(s = pick(fit$lambda), gamma = runif(1)), list(s = runif(1, 0, max(fit$lambda)), gamma = pick(c(0, 0.25, 1)))))
  golden_glmnet(dir, sprintf("glmnet-%s-%d-%02d", name, seed, i), model, new, asks, offset)
  TRUE
}

for (name in c("gaussian", "binomial", "multinomial", "poisson", "cox", "mgaussian", names(FAMILIES))) {
  made <- 0
  for (try in seq_len(20 * each)) {
    if (made == each) break
    if (draw(name, made + 1)) made <- made + 1
  }
  if (made < each) stop("made ", made, " models of ", name, ", expected ", each)
}

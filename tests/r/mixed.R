# Fresh random mixed models of lme4, with R's predictions: Rscript tests/r/mixed.R OUTDIR SEED [COUNT]
# Needs r-base-core and r-cran-lme4. COUNT / 40 models a family (120: 3).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "..", "golden", "live.R"))
source(file.path(golden, "write-mixed.R"))
suppressPackageStartupMessages(library(lme4))

LABELS <- c("a", "B", "c c", "d:e", "\u00e9", "10", "9", "TRUE")
draw <- function(n) {
  groups <- sample(3:12, 4, TRUE)
  data <- data.frame(
    x = rnorm(n), z = round(runif(n, 0.5, 9), 1), flag = runif(n) < 0.4,
    f = factor(sample(c("low", "mid", "high"), n, TRUE), levels = c("mid", "low", "high")),
    o = factor(sample(1:3, n, TRUE), labels = c("S", "M", "L"), ordered = TRUE),
    g = factor(sample(sprintf("g%d", seq_len(groups[1])), n, TRUE)),
    h = sample(LABELS[seq_len(min(8, groups[2]))], n, TRUE),
    k = sample(groups[3], n, TRUE) * 10L, q = round(sample(groups[4], n, TRUE) / 3, 2))
  effects <- function(by, sd) rnorm(length(unique(by)), 0, sd)[match(by, unique(by))]
  data$y <- with(data, 1 + x - 0.2 * z + as.integer(f) / 2 + effects(g, 1) + effects(h, 0.7) + x * effects(g, 0.5) + effects(k, 0.6) + effects(paste(g, h), 0.4) + rnorm(n, 0, 0.5))
  data$two <- runif(n) < plogis(data$y - 2)
  data$n <- rpois(n, exp(pmin(data$y / 3, 3)))
  data$pos <- exp(data$y / 4) + 0.05
  data
}
FIXED <- c("x", "z", "flag", "f", "o", "x:f", "poly(z, 2)", "I(x^2)", "sqrt(z)", "f * x", "scale(z)", "h", "splines::ns(z, 3)", "offset(z / 10)", "0", "factor(k)")
RANDOM <- c("(1 | g)", "(1 | h)", "(1 | k)", "(1 | q)", "(x | g)", "(0 + x | g)", "(x || g)", "(1 | g/h)", "(1 | g:h)", "(f | k)", "(1 + x + z | g)", "(1 | g:k:flag)",
  "(poly(z, 2) | g)", "(flag | h)", "(x:flag | k)", "(1 | flag)", "(I(x^2) | g)", "(o | g)", "(0 + f | h)", "(1 | f)", "(1 | k/q)")
MIXED <- list(lmer = "y", glmer = c("two", "n", "pos", "cbind"))

mixed <- function(family, name) {
  repeat {
    data <- draw(sample(100:300, 1))
    fixed <- if (runif(1) < 0.1) "1" else pick(FIXED, sample(1:4, 1))
    random <- pick(RANDOM, pick(c(1, 1, 2, 2, 3)))
    response <- pick(MIXED[[family]])
    left <- if (response == "cbind") "cbind(n, n + 2)" else response
    form <- as.formula(paste(left, "~", paste(sample(c(fixed, random)), collapse = " + "), if (runif(1) < 0.1) "- 1"))
    control <- list(check.nobs.vs.nRE = "ignore", check.nobs.vs.rankZ = "ignore", check.nobs.vs.nlev = "ignore", check.nlev.gtr.1 = "ignore", check.rankX = "silent.drop.cols", check.conv.singular = "ignore", calc.derivs = FALSE)
    fit <- function() if (family == "lmer") {
      lmer(form, data, weights = if (runif(1) < 0.2) z, REML = runif(1) < 0.7, control = do.call(lmerControl, c(control, list(optCtrl = list(maxfun = 200)))))
    } else {
      link <- pick(switch(response, two = , cbind = c("logit", "probit", "cloglog"), n = c("log", "sqrt"), pos = "log"))
      of <- switch(response, two = , cbind = binomial(link), n = poisson(link), pos = Gamma(link))
      glmer(form, data, family = of, nAGQ = 0, control = do.call(glmerControl, c(control, list(optCtrl = list(maxfun = 200)))))
    }
    # A random draw may have too few rows for its formula.
    model <- tryCatch(suppressMessages(suppressWarnings(fit())), error = function(e) NULL)
    # R's own predict() fails on some formulas: where one variable stands in two terms of a call, say.
    answered <- !is.null(model) && tryCatch(is.finite(predict(model, data[1, ])), error = function(e) { if (nzchar(Sys.getenv("SHOW"))) print(c(deparse1(form), conditionMessage(e))); FALSE })
    if (answered && all(is.finite(fitted(model))) && all(is.finite(model@u))) break
  }
  columns <- setdiff(all.vars(form), c("y", "two", "n", "pos"))
  rows <- data[sample(nrow(data), 25), columns, drop = FALSE]
  alone <- setdiff(unlist(lapply(findbars(form), function(bar) all.vars(bar[[3]]))),
    c(all.vars(nobars(form)), unlist(lapply(findbars(form), function(bar) all.vars(bar[[2]])))))
  new <- rows[1:10, , drop = FALSE]
  for (column in setdiff(alone, "flag")) {
    at <- runif(10) < 0.5
    if (is.numeric(new[[column]])) new[[column]][at] <- 7777 else new[[column]] <- ifelse(at, "never seen", as.character(new[[column]]))
  }
  golden_mixed(dir, name, model, rows, new)
}
only <- Sys.getenv("FAMILY")
for (family in if (nzchar(only)) only else names(MIXED)) for (i in seq_len(each)) mixed(family, sprintf("%s-%d-%02d", family, seed, i))

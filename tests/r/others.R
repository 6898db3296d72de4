# Fresh random models of R's other everyday packages, with R's predictions: Rscript tests/r/others.R OUTDIR SEED [COUNT]
# Needs r-base-core, r-cran-randomforest, r-cran-rpart and r-cran-survival.
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "..", "golden", "write-others.R"))
arguments <- commandArgs(TRUE)
if (!length(arguments) %in% 2:3) stop("found ", length(arguments), " arguments, expected OUTDIR SEED [COUNT]")
dir <- arguments[1]
seed <- as.integer(arguments[2])
count <- if (length(arguments) == 3) as.integer(arguments[3]) else 76L
dir.create(dir, showWarnings = FALSE, recursive = TRUE)
suppressPackageStartupMessages({library(randomForest); library(rpart); library(survival)})
RNGversion("4.0.0")
set.seed(seed)

pick <- function(x, n = 1, replace = FALSE) x[sample.int(length(x), n, replace)]
mark <- function(x, share) { x[runif(length(x)) < share] <- NA; x }

# Columns of every class that a model frame can have.
draw_data <- function(n) {
  data <- data.frame(
    a = rnorm(n), b = round(runif(n, 0.5, 9), 1), n = rpois(n, 4) + 1L, w = rexp(n) + 0.1,
    flag = runif(n) < 0.4,
    f = factor(pick(c("low", "mid", "high", "top"), n, TRUE), levels = c("mid", "low", "top", "high")),
    g = factor(sample(letters[1:pick(5:20)], n, TRUE)),
    o = factor(sample(1:5, n, TRUE), levels = 1:5, labels = c("XS", "S", "M", "L", "XL"), ordered = TRUE),
    s = sample(c("Zeta", "a", "B"), n, TRUE),
    k = sample(c(4, 6, 8), n, TRUE))
  data$y <- with(data, 2 * a - 0.3 * b + as.integer(f) - 0.5 * flag + 0.2 * as.integer(o) + (s == "a") + rnorm(n, 0, 0.5))
  data$class <- factor(c("no", "maybe", "yes")[cut(data$y + rnorm(n), c(-Inf, 0, 2, Inf), labels = FALSE)])
  data
}
# A sidecar for the columns of which the model file does not tell what they are: those that no variable of its formula is.
sidecar <- function(name, rows, data, known = character()) {
  features <- list()
  for (column in setdiff(names(rows), known)) {
    values <- data[[column]]
    if (is.logical(values)) features[[column]] <- list(type = "logical")
    else if (is.factor(values)) features[[column]] <- list(levels = one_each(levels(values)))
    else if (is.character(values)) features[[column]] <- list(levels = one_each(levels(factor(values))))
  }
  if (length(features)) writeLines(json(list(features = features)), file.path(dir, paste0(name, ".model.json")))
}
bare <- function(model) {
  names <- names(attr(terms(model), "dataClasses"))
  # The levels of factor(x) or relevel(x) tell those of x, in their own order.
  c(names, sub("^(relevel|C|factor)\\((\\w+).*", "\\2", grep("^(relevel|C|factor)\\(", names, value = TRUE)))
}

forest_cases <- function(count) {
  for (i in seq_len(count)) {
    data <- draw_data(pick(60:200))
    columns <- pick(c("a", "b", "n", "flag", "f", "g", "o", "k"), pick(2:8))
    is_class <- runif(1) < 0.5
    x <- data[columns]
    if (!any(vapply(x, is.factor, NA)) && runif(1) < 0.5) x <- as.matrix(x)
    args <- list(x = x, y = if (is_class) data$class else data$y, ntree = pick(c(1, 2, 7, 25)), nodesize = pick(1:10))
    if (is_class && runif(1) < 0.5) { cut <- runif(3, 0.1, 0.33); args$cutoff <- cut }
    if (!is_class && runif(1) < 0.3) args$corr.bias <- TRUE
    if (runif(1) < 0.3) args$maxnodes <- pick(2:9)
    if (runif(1) < 0.4 && is.data.frame(x)) {
      args$x <- args$y <- NULL
      form <- reformulate(columns, if (is_class) "class" else "y")
      model <- suppressWarnings(do.call(randomForest, c(list(form, data = data), args)))
      rows <- draw_data(40)
      rows$g <- factor(sample(levels(data$g), 40, TRUE), levels = levels(data$g))
    } else {
      model <- suppressWarnings(do.call(randomForest, args))
      rows <- draw_data(40)
      rows$g <- factor(sample(levels(data$g), 40, TRUE), levels = levels(data$g))
    }
    rows <- rows[columns]
    if (is.matrix(x)) rows <- as.data.frame(lapply(rows, as.numeric))
    name <- sprintf("forest-%d-%03d", seed, i)
    # The formula way keeps no levels of ordered factors, the other way does not tell a logical.
    sidecar(name, rows, if (is.matrix(x)) rows else data, if (is.null(model$terms)) names(Filter(is.factor, rows)) else setdiff(names(rows), "o"))
    golden_forest(dir, name, model, rows)
  }
}

rpart_cases <- function(count) {
  for (i in seq_len(count)) {
    data <- draw_data(pick(80:300))
    share <- pick(c(0, 0.05, 0.2))
    for (name in c("a", "b", "n", "f", "g", "o", "flag", "s")) data[[name]] <- mark(data[[name]], share)
    terms <- pick(c("a", "b", "n", "flag", "f", "g", "o", "s", "w", "log(w)", "sqrt(b)", "I(a * b)", "factor(k)", "poly(b, 2)", "scale(w)"), pick(2:8))
    if (share > 0) terms <- setdiff(terms, "poly(b, 2)")
    if (!length(terms)) terms <- "a"
    method <- pick(c("anova", "class", "poisson", "exp"))
    data$time <- rexp(nrow(data), 0.2 + abs(data$y)) + 0.01
    data$status <- rbinom(nrow(data), 1, 0.7)
    response <- switch(method, anova = "y", class = "class", poisson = pick(c("n0", "cbind(time, n0)")), exp = "Surv(time, status)")
    data$n0 <- rpois(nrow(data), exp(pmin(2, abs(data$y) / 3)))
    control <- rpart.control(cp = pick(c(0.001, 0.01)), minsplit = pick(c(4, 10, 20)), usesurrogate = sample(0:2, 1), maxsurrogate = pick(c(0, 2, 5)), maxcompete = pick(0:4), xval = 0, surrogatestyle = sample(0:1, 1), maxdepth = pick(c(2, 5, 30)))
    model <- rpart(reformulate(terms, response), data = data, method = method, control = control)
    rows <- draw_data(60)
    rows$g <- factor(sample(levels(data$g), 60, TRUE), levels = levels(data$g))
    for (name in c("a", "b", "n", "f", "g", "o", "flag", "s", "k", "w")) rows[[name]] <- mark(rows[[name]], pick(c(0, 0.3)))
    rows <- rows[all.vars(delete.response(terms(model)))]
    name <- sprintf("rpart-%d-%03d", seed, i)
    sidecar(name, rows, data, bare(model))
    golden_rpart(dir, name, model, rows)
  }
}

# Terms with a column of their own, and what they need of R's libm: the others are exact.
PLAIN <- c("a", "b", "n", "w", "flag", "f", "g", "o", "s", "I(a^2)", "I(b / 3)", "poly(b, 2)", "poly(a, 3)", "factor(k)", "scale(a)", "I(a > 0)", "f:a", "o:b",
  "f:flag", "f*s", "a:b", "I(b * (1 + a)^2 - 3)", "poly(a, 2, raw = TRUE)", "cut(b, c(0, 2, 5, 10))", "I(s == \"a\")", "relevel(f, ref = \"top\")", "pmax(a, 0)", "I(n %% 2)", "I(n %/% 2)", "I(b %/% 0.1)", "I(a %% 0.3)", "I(b %in% c(0.3, 1.5, 2))", "I(as.integer(a * 3) * 2L)", "ifelse(a > 0, b, n)", "C(f, contr.sum)", "sqrt(b)", "abs(a)", "I(1 / b)", "(a + b)", "as.numeric(o)", "I(f %in% c(\"low\", \"top\"))", "a:f:flag", "s:o", "floor(b)", "I(-a)", "round(b)", "k", "I(k == 4)", "I(!flag)", "offset(b)", "offset(2 * a)",
  "f/a", "poly(a, 2):f", "f:o", "o*flag", "cut(a, c(-Inf, -1, 0.5, Inf), labels = c(\"x\", \"y\", \"z\"))", "I(a * (b > 3))", "pmin(a, b, 1)", "trunc(a)", "I(a^2 + b^2)", "sign(a)", "factor(k, levels = c(8, 6, 4), labels = c(\"x\", \"y\", \"z\"))")
LIBM <- c("log(b)", "exp(a)", "log(b, 3)", "log2(w)", "log10(w)", "log1p(w)", "I(a^3)", "I(b^-1.5)", "sin(a)", "cos(b)", "poly(log(w), 2)", "I(exp(-b) * a)", "offset(log(w))", "tanh(a)", "atan(b)", "expm1(a)")

linear_rows <- function(data) {
  rows <- draw_data(40)
  rows$g <- factor(sample(levels(data$g), 40, TRUE), levels = levels(data$g))
  rows
}

with_contrasts <- function(data) {
  if (runif(1) < 0.3) contrasts(data$f) <- pick(c("contr.sum", "contr.helmert", "contr.SAS"))
  if (runif(1) < 0.2) contrasts(data$f) <- matrix(c(1, -1, 0.5, 2, 0, 1, 3, -2, 1, 1, -1, 0.25), 4)
  if (runif(1) < 0.2) contrasts(data$f, 1) <- c(-1, 0, 0.1, 1)
  data
}

draw_formula <- function(response, is_libm) {
  pool <- if (is_libm) c(PLAIN, LIBM, LIBM) else PLAIN
  terms <- unique(pick(pool, pick(1:7)))
  if (is_libm && !any(terms %in% LIBM)) terms <- c(terms, pick(LIBM))
  if (all(grepl("^offset", terms))) terms <- c(terms, "a")
  form <- paste(response, "~", paste(terms, collapse = " + "))
  if (runif(1) < 0.2) form <- paste(form, "- 1")
  as.formula(form)
}

keep_used <- function(model, rows) {
  used <- unique(c(all.vars(delete.response(terms(model))), all.vars(model$call$offset)))
  rows[intersect(names(rows), used)]
}

lm_cases <- function(count) {
  for (i in seq_len(count)) {
    data <- with_contrasts(draw_data(pick(60:200)))
    is_libm <- runif(1) < 0.4
    args <- list(draw_formula("y", is_libm), data = data)
    if (runif(1) < 0.3) args$contrasts <- list(o = pick(c("contr.treatment", "contr.sum", "contr.poly")))
    if (runif(1) < 0.3) data$twice <- args$data$twice <- 2 * data$a
    if (!is.null(data$twice)) args[[1]] <- update(args[[1]], . ~ twice + a + .)
    if (runif(1) < 0.2) args$offset <- quote(n / 2)
    model <- suppressWarnings(do.call(lm, args))
    rows <- linear_rows(data)
    rows$twice <- 2 * rows$a + 1
    rows <- keep_used(model, rows)
    name <- sprintf("lm-%d-%03d", seed, i)
    sidecar(name, rows, data, bare(model))
    golden_linear(dir, name, model, rows, if (is_libm) 4, linear_spreads(model, rows, if (is_libm) 4))
  }
}

LINKS <- list(gaussian = c("identity", "log", "inverse"), binomial = c("logit", "probit", "cloglog", "cauchit", "log"), poisson = c("log", "identity", "sqrt"),
  Gamma = c("inverse", "identity", "log"), inverse.gaussian = c("1/mu^2", "inverse", "identity", "log"), quasibinomial = c("logit", "probit", "cloglog"), quasipoisson = c("log", "sqrt"))

glm_cases <- function(count) {
  made <- 0
  for (try in seq_len(20 * count)) {
    if (made == count) break
    data <- with_contrasts(draw_data(pick(100:200)))
    name <- pick(c(names(LINKS), "power"))
    link <- if (name != "power") pick(LINKS[[name]])
    size <- exp(pmax(-1.5, pmin(1.5, data$y / 4)))
    data$target <- switch(name, gaussian = size + 1, binomial = , quasibinomial = as.numeric(runif(nrow(data)) < plogis(data$y / 3)), poisson = , quasipoisson = rpois(nrow(data), size) + 1,
                          Gamma = rgamma(nrow(data), 5, 5 / size), inverse.gaussian = size + runif(nrow(data)), power = size + 1)
    family <- if (name == "power") quote(quasi(link = power(1/3), variance = "mu")) else as.call(list(as.name(name), link = link))
    is_libm <- runif(1) < 0.4
    args <- list(draw_formula("target", is_libm), data = data, family = family)
    if (runif(1) < 0.2) args$offset <- quote(b / 100)
    model <- tryCatch(suppressWarnings(do.call(glm, args, quote = FALSE)), error = function(e) NULL)
    if (is.null(model) || !is.finite(sum(model$fitted.values))) next
    rows <- keep_used(model, linear_rows(data))
    answers <- suppressWarnings(predict(model, rows, type = "response"))
    rows <- rows[is.finite(answers), , drop = FALSE]
    if (nrow(rows) < 5) next
    made <- made + 1
    name <- sprintf("glm-%d-%03d", seed, made)
    sidecar(name, rows, data, bare(model))
    golden_linear(dir, name, model, rows, if (is_libm) 4, linear_spreads(model, rows, if (is_libm) 4))
  }
}

forest_cases(ceiling(count * 0.15))
rpart_cases(ceiling(count * 0.2))
lm_cases(ceiling(count * 0.3))
glm_cases(ceiling(count * 0.3))

# Fresh random models of the smaller families, with R's predictions: Rscript tests/r/families.R OUTDIR SEED [COUNT]
# Needs r-base-core and the packages that FAMILIES names. COUNT / 40 models a family (120: 3).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "..", "golden", "live.R"))

draw <- function(n) {
  data <- data.frame(
    a = rnorm(n), b = round(runif(n, 0.5, 9), 1), n = rpois(n, 4) + 1L, w = rexp(n) + 0.1, flag = runif(n) < 0.4,
    f = factor(sample(c("low", "mid", "high", "top"), n, TRUE), levels = c("mid", "low", "top", "high")),
    o = factor(sample(1:4, n, TRUE), labels = c("S", "M", "L", "XL"), ordered = TRUE),
    s = sample(c("Zeta", "a", "B"), n, TRUE))
  data$y <- with(data, 2 * a - 0.3 * b + as.integer(f) - 0.5 * flag + 0.2 * as.integer(o) + sin(2 * a) + rnorm(n, 0, 0.5))
  data$two <- factor(ifelse(plogis(data$y) > runif(n), "yes", "no"))
  data$three <- factor(c("no", "maybe", "yes")[cut(data$y + rnorm(n), c(-Inf, 0, 2, Inf), labels = FALSE)])
  data
}
# The columns of new data that a formula asks for; R warns of what lies beyond the knots.
rows_of <- function(model, n = 40) draw(n)[all.vars(delete.response(terms(model)))]
# max.col() draws one of the classes whose chances lie within 1e-5 of the greatest (src/main/array.c); ours takes the first of them.
first_of_near <- function(class, shares, classes) {
  class <- as.character(class)
  for (row in which(apply(shares, 1, function(p) sum(max(p) - p <= 1e-5 * max(p)) > 1))) {
    near <- classes[max(shares[row, ]) - shares[row, ] <= 1e-5 * max(shares[row, ])]
    if (class[row] %in% near) class[row] <- near[1]
  }
  class
}
formula_of <- function(response, pool, most = 4) reformulate(pick(pool, sample.int(most, 1)), response)

SPLINES <- c("ns(a, 3)", "ns(b, df = 2, intercept = TRUE)", "bs(a, 5)", "bs(b, degree = 2, knots = c(3, 6))", "f:ns(w, 2)", "bs(sqrt(w), 4)",
  "splines::ns(b, 4)", "ns(n, 1)", "interaction(f, s)", "interaction(f, s, sep = \":\", lex.order = TRUE)", "interaction(f, s, flag)", "a", "flag", "f")
# Whether R itself lives on after a fit, which is tried in a process of its own: survival 3.5-3 ends the process where a pspline() and a frailty
# stand beside columns of which one follows from others.
survives <- function(fit, args) {
  tried <- parallel::mcparallel({ tryCatch(do.call(fit, args), error = function(e) NULL); TRUE }, mc.set.seed = FALSE)
  isTRUE(suppressWarnings(parallel::mccollect(tried))[[1]])
}

# What a coxph is stratified by.
STRATA <- c("strata(f, flag)", "strata(s, f)", "strata(flag, o)", "strata(f) + strata(flag)", "strata(s) + strata(b > 4, f)", "strata(cut(b, c(0, 3, 6, 10)))",
  "strata(cut(w, c(0, 0.5, 1, 99)), s)", "strata(f, sep = \"/\", shortlabel = FALSE)", "strata(kind = f, flag)", "w * strata(flag)", "strata(f) + poly(b, 2):strata(f)",
  "strata(two) + strata(s, three, flag)", "b:strata(flag)")
# survival's penalized terms, and frailties, which predict() leaves out.
PENALIZED <- c("pspline(a)", "pspline(b, df = 2)", "pspline(w, nterm = 6)", "pspline(sqrt(w), df = 3, degree = 2)", "pspline(b, df = 3, Boundary.knots = c(2, 7))",
  "pspline(a, df = 0)", "pspline(a, df = 2, intercept = TRUE)", "ridge(a, b, theta = 1)", "ridge(a, n, w, df = 2)", "survival::ridge(sqrt(w), theta = 2, scale = FALSE)",
  "pspline(b, nterm = 4, df = 2, combine = c(1, 1, 2, 3, 4, 5))")
FRAILTIES <- c("frailty(id)", "frailty(id, distribution = \"gaussian\")", "frailty.gaussian(id, df = 3)", "frailty(n + 10 * id, theta = 0.5)")
COLUMNS <- c("a", "b", "n", "w", "flag", "f", "s", "o", "a:f", "poly(b, 2)", "sqrt(w)", "I(a^2)", "splines::ns(a, 3)", "s:flag")
# What machines of support vectors are fitted to, and 40 rows of theirs with the levels that they were fitted to.
vectors_formula <- function(response) {
  form <- formula_of(response, c("a", "b", "n", "w", "flag", "f", "s", "o", "poly(b, 2)", "sqrt(w)", "I(a^2)"), 5)
  if (runif(1) < 0.3) update(form, . ~ . + a:flag) else form
}
vectors_rows <- function(data, names) {
  rows <- draw(40)
  rows$s <- factor(rows$s, levels(data$s))
  rows[names]
}
FAMILIES <- list(
  splines = function(name) {
    library(splines)
    data <- draw(sample(80:200, 1))
    form <- formula_of("y", SPLINES, 5)
    if (runif(1) < 0.4) {
      model <- suppressWarnings(glm(update(form, cbind(two == "yes", two == "no") ~ .), binomial, data))
    } else model <- lm(form, data)
    rows <- data[sample(nrow(data), 40), all.vars(delete.response(terms(model))), drop = FALSE]
    golden_linear(dir, name, model, rows, spreads = linear_spreads(model, rows))
  },
  nnet = function(name) {
    library(nnet)
    data <- draw(sample(80:200, 1))
    response <- pick(c("y", "two", "three"))
    form <- formula_of(response, COLUMNS)
    skip <- runif(1) < 0.3
    model <- nnet(form, data, size = if (skip) sample(0:3, 1) else sample(1:5, 1), skip = skip, linout = response == "y", decay = pick(c(0, 0.01)), maxit = 50, trace = FALSE)
    rows <- rows_of(model)
    raw <- predict(model, rows)
    if (response == "y") write_golden(dir, name, model, "regression", rows, drop(unname(raw)))
    else {
      class <- predict(model, rows, type = "class")
      if (ncol(raw) > 1) class <- first_of_near(class, raw, model$lev)
      golden_classes(dir, name, model, rows, model$lev, both(if (ncol(raw) == 1) drop(raw) else raw), class)
    }
  },
  multinom = function(name) {
    library(nnet)
    data <- draw(sample(80:200, 1))
    model <- multinom(formula_of(pick(c("two", "three")), COLUMNS), data, maxit = pick(c(5, 50)), trace = FALSE)
    rows <- rows_of(model)
    shares <- predict(model, rows, "probs")
    class <- predict(model, rows)
    if (is.matrix(shares)) class <- first_of_near(class, shares, model$lev)
    golden_classes(dir, name, model, rows, model$lev, both(shares), class, "class")
  },
  knn = function(name) {
    suppressPackageStartupMessages(library(caret))
    data <- draw(sample(80:200, 1))
    form <- formula_of(pick(c("y", "two", "three")), c("a", "b", "n", "w", "flag", "f", "o", "a:b"))
    if (all.vars(form)[1] == "y") {
      model <- knnreg(form, data, k = sample(1:20, 1))
      rows <- rows_of(model)
      return(write_golden(dir, name, model, "regression", rows, predict(model, rows)))
    }
    model <- knn3(form, data, k = sample(1:20, 1))
    rows <- rows_of(model)
    shares <- predict(model, rows)
    golden_classes(dir, name, model, rows, colnames(shares), unname(shares), colnames(shares)[apply(shares, 1, which.max)])
  },
  naiveBayes = function(name) {
    suppressPackageStartupMessages(library(e1071))
    data <- draw(sample(80:200, 1))
    form <- formula_of(pick(c("two", "three")), c("a", "b", "n", "w", "flag", "f", "o", "s"), 6)
    model <- naiveBayes(form, data, laplace = pick(c(0, 1, 0.5)))
    rows <- draw(40)[names(model$tables)]
    for (column in names(rows)) rows[[column]][runif(40) < 0.1] <- NA
    golden_classes(dir, name, model, rows, model$levels, unname(predict(model, rows, type = "raw")), predict(model, rows), "class")
  },
  svm = function(name) {
    suppressPackageStartupMessages(library(e1071))
    data <- draw(sample(60:150, 1))
    type <- pick(c("C-classification", "nu-classification", "one-classification", "eps-regression", "nu-regression"))
    kernel <- pick(c("linear", "polynomial", "radial", "sigmoid"))
    response <- if (endsWith(type, "regression")) "y" else pick(c("two", "three"))
    form <- vectors_formula(response)
    if (startsWith(type, "one")) form <- form[-2]
    data$s <- factor(data$s)
    model <- NULL
    # A nu that the data have no room for is an error.
    for (try in 1:50) {
      if (!is.null(model)) break
      scale <- runif(1) < 0.7
      model <- tryCatch(svm(form, data, type = type, kernel = kernel, degree = sample(1:4, 1), gamma = 10^runif(1, -2, 0), coef0 = pick(c(0, 0.5, -1)),
        cost = 10^runif(1, -1, 1), nu = runif(1, 0.05, 0.5), scale = scale, probability = runif(1) < 0.6), error = function(e) NULL)
    }
    rows <- vectors_rows(data, all.vars(delete.response(terms(model))))
    golden_svm(dir, name, model, rows, predict(model, rows, probability = TRUE, decision.values = TRUE), lapply(Filter(is.factor, rows), levels))
  },
  ksvm = function(name) {
    suppressPackageStartupMessages(library(kernlab))
    data <- draw(sample(60:250, 1))
    # Others make R itself end now and then: kernlab writes beyond its memory. Goldens have them.
    type <- pick(c("C-svc", "one-svc", "eps-svr"))
    # With anovadot and 256 vectors R's answers depend on the number of rows.
    kernel <- pick(c("rbfdot", "polydot", "vanilladot", "tanhdot", "laplacedot", "anovadot"))
    kpar <- switch(kernel, vanilladot = list(), polydot = list(degree = sample(1:3, 1), scale = 0.3, offset = pick(c(0, 1))),
      tanhdot = list(scale = 0.05, offset = pick(c(0, -1))), anovadot = list(sigma = runif(1), degree = sample(1:2, 1)), list(sigma = 10^runif(1, -2, 0)))
    response <- if (endsWith(type, "svr")) "y" else pick(c("two", "three"))
    data$s <- factor(data$s)
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      form <- vectors_formula(response)
      scaled <- runif(1) < 0.7
      model <- tryCatch({
        made <- if (type == "one-svc") ksvm(as.matrix(data[c("a", "b", "w")]), type = type, kernel = kernel, kpar = kpar, nu = 0.2, scaled = scaled)
        else ksvm(form, data, type = type, kernel = kernel, kpar = kpar, C = 10^runif(1, -1, 1), nu = runif(1, 0.05, 0.4), scaled = scaled, prob.model = runif(1) < 0.6 && response != "y")
        # Some sigmoids are none.
        if (!all(vapply(made@prob.model, function(one) is.null(one) || is.list(one), NA)) && type == "C-svc") stop("no sigmoid")
        made
      }, error = function(e) NULL)
    }
    rows <- vectors_rows(data, if (is.null(model@terms)) c("a", "b", "w") else all.vars(delete.response(model@terms)))
    golden_ksvm(dir, name, model, rows, lapply(Filter(is.factor, rows), levels))
  },
  discriminant = function(name) {
    suppressPackageStartupMessages(library(MASS))
    data <- draw(sample(120:300, 1))
    response <- pick(c("two", "three"))
    fit <- pick(list(lda, qda))[[1]]
    model <- NULL
    # qda has no answer where a class has too few rows for the columns.
    for (try in 1:50) {
      if (!is.null(model)) break
      prior <- runif(nlevels(data[[response]]), 0.2, 1)
      model <- tryCatch(fit(formula_of(response, COLUMNS, 4), data, prior = prior / sum(prior)), error = function(e) NULL)
    }
    rows <- rows_of(model)
    said <- predict(model, rows)
    golden_classes(dir, name, model, rows, colnames(said$posterior), unname(said$posterior),
      first_of_near(said$class, said$posterior, colnames(said$posterior)), "class")
  },
  polr = function(name) {
    suppressPackageStartupMessages(library(MASS))
    data <- draw(sample(120:300, 1))
    data$size <- cut(data$y + rlogis(nrow(data)), c(-Inf, -1, 1, 3, Inf), c("S", "M", "L", "XL"), ordered_result = TRUE)
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      method <- pick(c("logistic", "probit", "loglog", "cloglog"))
      model <- tryCatch(polr(formula_of("size", setdiff(COLUMNS, "s:flag"), 3), data, method = method), error = function(e) NULL)
      if (!is.null(model) && length(model$coefficients) != ncol(model.matrix(delete.response(terms(model)), data)) - 1) model <- NULL
    }
    rows <- rows_of(model)
    shares <- unname(predict(model, rows, "probs"))
    golden_classes(dir, name, model, rows, model$lev, shares, first_of_near(predict(model, rows), shares, model$lev), "class")
  },
  rlm = function(name) {
    suppressPackageStartupMessages(library(MASS))
    model <- NULL
    # rlm() refuses a matrix whose columns depend on one another.
    for (try in 1:50) {
      if (!is.null(model)) break
      data <- draw(sample(80:200, 1))
      data$weight <- if (runif(1) < 0.5) rep(1, nrow(data)) else runif(nrow(data), 0, 3)
      form <- formula_of("y", COLUMNS)
      if (runif(1) < 0.3) form <- update(form, . ~ . + offset(b / 7))
      if (runif(1) < 0.2) form <- update(form, . ~ . - 1)
      model <- tryCatch(rlm(form, data, weights = weight, psi = pick(list(psi.huber, psi.hampel, psi.bisquare))[[1]], method = pick(c("M", "MM"))), error = function(e) NULL)
    }
    rows <- rows_of(model)
    write_golden(dir, name, model, "regression", rows, unname(predict(model, rows)), more = linear_spreads(model, rows))
  },
  rq = function(name) {
    suppressPackageStartupMessages(library(quantreg))
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      data <- draw(sample(80:200, 1))
      taus <- if (runif(1) < 0.4) runif(1) else runif(sample(2:6, 1))
      model <- tryCatch(rq(formula_of("y", COLUMNS), taus, data, method = pick(c("br", "fn"))), error = function(e) NULL)
    }
    rows <- rows_of(model)
    said <- predict(model, rows)
    if (is.matrix(said)) write_golden(dir, name, model, "columns", rows, said)
    else write_golden(dir, name, model, "regression", rows, unname(said))
  },
  earth = function(name) {
    suppressPackageStartupMessages(library(earth))
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      data <- draw(sample(80:200, 1))
      data$count <- rpois(nrow(data), exp(data$b / 5))
      response <- pick(c("y", "two", "three", "flag", "count", "cbind(y, w)"))
      pool <- setdiff(COLUMNS, if (response == "flag") c("flag", "s:flag") else if (grepl("w", response, fixed = TRUE)) c("w", "sqrt(w)"))
      form <- formula_of(response, pool, 6)
      if (response == "y" && runif(1) < 0.3) form <- update(form, . ~ . + offset(b / 7))
      glm <- if (response == "count") list(family = poisson) else if (response %in% c("two", "three", "flag") && runif(1) < 0.6) list(family = binomial(pick(c("logit", "cloglog"))))
      args <- list(form, data, degree = pick(1:3), pmethod = pick(c("backward", "none")))
      if (!is.null(glm)) args$glm <- glm
      model <- tryCatch(do.call(earth, args), error = function(e) NULL)
      if (!is.null(model) && length(model$selected.terms) == 1) model <- NULL
    }
    # earth() takes columns by their order where there are as many as it used.
    drawn <- draw(40)
    rows <- drawn[all.vars(delete.response(terms(model)))]
    flat <- function(p) if (ncol(p) == 1) p[, 1] else unname(p)
    types <- if (is.null(model$glm.list)) NULL else c("link", "earth")
    others <- lapply(setNames(types, types), function(type) flat(predict(model, drawn, type = type)))
    said <- predict(model, drawn, type = "response")
    if (is.null(model$levels) || is.numeric(model$levels)) return(write_golden(dir, name, model, "regression", rows, flat(said), others = others))
    others$class <- as.character(predict(model, drawn, type = "class"))
    write_golden(dir, name, model, "probability", rows, if (ncol(said) == 1) both(said[, 1]) else unname(said), as.character(model$levels), others = others)
  },
  coxph = function(name) {
    suppressPackageStartupMessages(library(survival))
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      data <- draw(sample(80:200, 1))
      data$time <- round(rexp(nrow(data), exp(data$a / 3)) * 20, pick(c(0, 1, 3))) + 1
      data$end <- runif(nrow(data)) < 0.7
      data$begin <- data$time * runif(nrow(data), 0, 0.5)
      counting <- runif(1) < 0.3
      by <- pick(c("none", "weights", "f", "s", "flag", "n", "offset", "several", "penalized", "penalized"))
      form <- formula_of(if (counting) "Surv(begin, time, end)" else "Surv(time, end)", setdiff(COLUMNS, c("a:f", "s:flag", by)))
      if (by == "offset") form <- update(form, . ~ . + offset(b / 7))
      if (by %in% c("f", "s", "flag")) form <- update(form, as.formula(paste(". ~ . + strata(", by, ")")))
      if (by == "n") { data$n <- rep(1:3, length.out = nrow(data)); form <- update(form, . ~ . + strata(n)) }
      if (by == "several") {
        by <- pick(STRATA)
        form <- formula_of(if (counting) "Surv(begin, time, end)" else "Surv(time, end)", setdiff(COLUMNS, c("a:f", "s:flag", all.vars(str2lang(by)))))
        form <- update(form, as.formula(paste(". ~ . +", by)))
      }
      data$id <- rep(1:8, length.out = nrow(data))
      if (by == "penalized") {
        term <- pick(PENALIZED)
        form <- update(form, as.formula(paste(". ~ . +", term)))
        if (runif(1) < 0.3) form <- update(form, as.formula(paste(". ~ . +", pick(FRAILTIES))))
        else if (runif(1) < 0.3) form <- update(form, as.formula(paste(". ~ . +", pick(STRATA[1:4]))))
      }
      strata <- grepl("strata(", paste(deparse(form), collapse = ""), fixed = TRUE)
      args <- list(form, data, x = strata, robust = runif(1) < 0.2,
        # Of a counting process R gives an exact fit no class, and of many events at a time R itself may end.
        ties = pick(c("efron", "breslow", "efron", "breslow", if (!counting && max(table(data$time)) < 5) "exact")))
      # With weights R makes the matrix anew, where poly() has other last bits than in training.
      if (by == "weights" || strata && runif(1) < 0.3 && !any(grepl("poly", deparse(form)))) args$weights <- data$w
      if (survives(coxph, args)) model <- tryCatch(do.call(coxph, args), error = function(e) NULL)
    }
    rows <- if (strata) data[sample(nrow(data), 40), ] else draw(40)
    # predict() never asks for a frailty's groups.
    rows <- rows[setdiff(all.vars(delete.response(terms(model))), "id")]
    fits <- is.null(attr(terms(model), "offset")) && is.null(model$frail)
    references <- c("zero", if (!strata) "sample")
    # With weights R makes the matrix anew, where poly() has other last bits than in training.
    spreads <- is.null(model$frail) && !(strata && any(grepl("poly|ns\\(|pspline", deparse(form))) && !is.null(args$weights))
    golden_cox(dir, name, model, rows, c(if (fits) cox_references(model, rows, references), if (spreads) cox_spreads(model, rows)))
  },
  survreg = function(name) {
    suppressPackageStartupMessages(library(survival))
    model <- NULL
    for (try in 1:50) {
      if (!is.null(model)) break
      data <- draw(sample(80:200, 1))
      data$time <- exp(data$a / 3 + rnorm(nrow(data)) / 2) * 10
      data$end <- runif(nrow(data)) < 0.7
      data$id <- rep(1:8, length.out = nrow(data))
      form <- formula_of("Surv(time, end)", setdiff(COLUMNS, c("a:f", "s:flag")))
      if (runif(1) < 0.4) form <- update(form, as.formula(paste(". ~ . +", pick(c(PENALIZED, FRAILTIES[1:3])))))
      dist <- pick(c("weibull", "exponential", "gaussian", "logistic", "lognormal", "loglogistic", "extreme", "rayleigh", "t"))
      args <- list(form, data, dist = dist, robust = runif(1) < 0.2)
      if (dist == "t" && runif(1) < 0.7) args$parms <- pick(c(1, 2.5, 8, 40))
      model <- tryCatch(do.call(survreg, args), error = function(e) NULL, warning = function(w) NULL)
      if (!is.null(model) && (anyNA(coef(model)) || any(abs(coef(model)) > 100))) model <- NULL
    }
    rows <- draw(40)[setdiff(all.vars(delete.response(terms(model))), "id")]
    golden_survreg(dir, name, model, rows, more = if (is.null(model$frail)) survreg_spreads(model, rows))
  },
  prcomp = function(name) {
    data <- draw(sample(20:200, 1))
    columns <- pick(c("a", "b", "n", "w", "y"), sample(2:5, 1))
    model <- prcomp(data[columns], center = runif(1) < 0.7, scale. = runif(1) < 0.5, rank. = sample(length(columns), 1))
    rows <- draw(40)[columns]
    write_golden(dir, name, model, "columns", rows, unname(predict(model, rows)))
  },
  kmeans = function(name) {
    data <- draw(sample(20:200, 1))
    columns <- pick(c("a", "b", "n", "w", "y"), sample(1:5, 1))
    # Whole numbers have rows that are as far from several centres.
    if (runif(1) < 0.4) data[columns] <- round(data[columns])
    many <- nrow(unique(data[columns]))
    model <- suppressWarnings(kmeans(data[columns], sample(1:min(12, many - 1), 1), algorithm = pick(c("Hartigan-Wong", "Lloyd", "MacQueen"))))
    rows <- draw(40)[columns]
    if (runif(1) < 0.4) rows <- round(rows)
    golden_kmeans(dir, name, model, rows)
  },
  nls = function(name) {
    k <- pick(c(2, 3, 0.5))
    # A formula of the columns below, and where its parameters start.
    FORMS <- list(
      list(y ~ p + q * exp(-r * b / k), list(p = 1, q = 2, r = 0.5)), list(y ~ p * b / (q + b) + r * flag, list(p = 3, q = 1, r = 0)),
      list(y ~ p[f] + q * exp(-b / r), list(p = rep(1, 4), q = 2, r = 3)), list(y ~ p[f] * b^q[2] + q[1] * ifelse(a > 0 & o != "S", log(w), sqrt(w) / k), list(p = rep(1, 4), q = c(0.1, 0.5))),
      list(y ~ SSlogis(b, p, q, r), list(p = 6, q = 4, r = 2)), list(y ~ SSmicmen(b, p, q), list(p = 3, q = 1)), list(y ~ SSasymp(w, p, q, r), list(p = 3, q = 1, r = 0)),
      list(y ~ SSfpl(b, p, q, r, 1.5), list(p = 1, q = 4, r = 4)), list(y ~ SSgompertz(b, p, q, r), list(p = 4, q = 1, r = 0.6)),
      list(y ~ cbind(1, exp(-p * b), a, w^2), list(p = 0.5), TRUE), list(y ~ tanh(p * b), list(p = 0.3), TRUE), list(y ~ cbind(flag, a %% k, pmin(n, b) * p[f]), list(p = 1:4), TRUE))
    model <- NULL
    for (try in 1:200) {
      if (!is.null(model)) break
      data <- draw(sample(60:200, 1))
      form <- pick(FORMS)[[1]]
      at <- form[[1]]
      model <- suppressWarnings(tryCatch(nls(at, data, start = form[[2]], weights = if (runif(1) < 0.3) data$w else rep(1, nrow(data)),
        algorithm = if (length(form) > 2) "plinear" else pick(c("default", "port")), control = nls.control(maxiter = sample(3:20, 1), warnOnly = TRUE)), error = function(e) NULL))
      rows <- draw(40)
      rows <- if (!is.null(model)) rows[names(model$dataClasses)]
      said <- if (!is.null(model)) as.vector(predict(model, rows))
      if (!all(is.finite(said))) model <- NULL
    }
    write_golden(dir, name, model, "regression", rows, said)
  }
)
only <- Sys.getenv("FAMILY")
for (family in if (nzchar(only)) only else names(FAMILIES)) for (i in seq_len(each)) suppressWarnings(FAMILIES[[family]](sprintf("%s-%d-%02d", family, seed, i)))

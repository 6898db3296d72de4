# Random lm, glm and gam models without interactions, with R's predict(type = "terms"): Rscript tests/explain/terms.R OUTDIR SEED COUNT
# A model NAME.RDS has beside it NAME.json: rows, and for each feature the sum of its terms. The rows of a gam are its training rows.
arguments <- commandArgs(TRUE)
if (length(arguments) != 3) stop("found ", length(arguments), " arguments, expected OUTDIR SEED COUNT")
suppressPackageStartupMessages({ library(splines); library(mgcv); library(jsonlite) })
RNGversion("4.0.0")
set.seed(as.integer(arguments[2]))
pick <- function(x, n = 1) x[sample.int(length(x), n)]
draw <- function(n) {
  data <- data.frame(
    a = rnorm(n), b = round(runif(n, 0.5, 9), 1), n = rpois(n, 4) + 1L, w = rexp(n) + 0.1, flag = runif(n) < 0.4,
    f = factor(c("low", "mid", "high", "top", sample(c("low", "mid", "high", "top"), n - 4, TRUE)), levels = c("mid", "low", "top", "high")),
    o = factor(c(1:4, sample(1:4, n - 4, TRUE)), labels = c("S", "M", "L", "XL"), ordered = TRUE))
  data$eta <- with(data, 0.3 * a - 0.1 * b + 0.2 * as.integer(f) - 0.5 * flag + 0.1 * as.integer(o) + sin(2 * a) / 3)
  data$y <- data$eta + rnorm(n, 0, 0.5)
  data$two <- as.integer(plogis(data$eta) > runif(n))
  data$count <- rpois(n, exp(data$eta / 2 + 1))
  data$known <- runif(n, 0.5, 2)
  data
}
POOL <- list(a = c("a", "poly(a, 2)", "ns(a, 3)", "I(a^2)", "a + I(a^2)"), b = c("b", "log(b)", "bs(b, 4)", "cut(b, c(0, 3, 6, 10))", "sqrt(b) + b"),
  n = c("n", "factor(n > 4)", "poly(n, 2, raw = TRUE)"), w = c("w", "log(w)", "scale(w)", "exp(-w)"), flag = "flag", f = "f", o = "o")
SMOOTH <- list(a = c("s(a)", "s(a, bs = \"cr\")", "a"), b = c("s(b, k = 5)", "log(b)"), w = c("s(w, bs = \"ps\")", "w"), f = "f", flag = "flag")
terms_of <- function(pool) unname(vapply(pool[sort(sample(length(pool), sample(2:length(pool), 1)))], pick, ""))
write_case <- function(model, name, rows, terms) {
  saveRDS(model, file.path(arguments[1], paste0(name, ".RDS")))
  of <- vapply(colnames(terms), function(label) all.vars(parse(text = label)[[1]])[1], "")
  sums <- lapply(split(seq_along(of), of), function(columns) rowSums(terms[, columns, drop = FALSE]))
  used <- unique(of)
  write_json(list(rows = rows[used], terms = sums, link = as.numeric(predict(model, rows, type = if (inherits(model, "glm")) "link" else "response"))),
    file.path(arguments[1], paste0(name, ".json")), digits = I(17), auto_unbox = TRUE)
}
for (at in seq_len(as.integer(arguments[3]))) {
  data <- draw(60)
  rows <- draw(40)
  rows$b <- pmin(rows$b, max(data$b)); rows$n <- pmin(rows$n, max(data$n))
  way <- c("lm", "weighted", "binomial", "poisson", "gam")[(at - 1) %% 5 + 1]
  formula <- reformulate(terms_of(if (way == "gam") SMOOTH else POOL), c(lm = "y", weighted = "y", binomial = "two", poisson = "count", gam = "y")[[way]])
  model <- suppressWarnings(switch(way,
    lm = lm(formula, data), weighted = lm(formula, data, weights = known),
    binomial = glm(formula, binomial, data), poisson = glm(formula, poisson, data), gam = gam(formula, data = data)))
  # Where a fit all but separates the classes, too little is left of some rows to know their means.
  if (anyNA(coef(model)) || (inherits(model, "glm") && min(model$weights) < 1e-7 * max(model$weights))) next
  rows <- if (way == "gam") data else rows
  terms <- suppressWarnings(predict(model, rows, type = "terms"))
  suppressWarnings(write_case(model, sprintf("%s-%03d", way, at), rows, terms))
}

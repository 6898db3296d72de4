# Fresh random models of mgcv, with R's predictions: Rscript tests/r/gam.R OUTDIR SEED [COUNT]
# Needs r-base-core and r-cran-mgcv. COUNT / 40 models of each kind of smooth and family are made: 3 with 120.
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "..", "golden", "live.R"))
source(file.path(golden, "write-gam.R"))
suppressPackageStartupMessages(library(mgcv))
library(splines)

draw <- function(n, edge = 0) {
  d <- data.frame(x = runif(n, -edge, 1 + edge), z = round(runif(n, -edge, 1 + edge), 2), w = rexp(n), v = rnorm(n),
    f = factor(sample(c("low", "mid", "high"), n, TRUE), levels = c("mid", "low", "high")), g = factor(sample(letters[1:6], n, TRUE), levels = letters[1:6]),
    flag = runif(n) < 0.5)
  d$y <- sin(5 * d$x) + d$z^2 + log1p(d$w) + as.integer(d$f) / 3 + d$v / 4 + rnorm(n) / 4
  d
}

# Smooth terms by their kind; k is drawn.
SMOOTHS <- list(
  tp = c("s(x, k = K)", "s(x, z, k = 2 * K)", "s(x, m = 1, k = K)", "s(z, m = 3, k = K)", "s(x, z, v, k = 3 * K)"), ts = c("s(x, bs = 'ts', k = K)", "s(x, v, bs = 'ts', k = 2 * K)"),
  cr = c("s(x, bs = 'cr', k = K)", "s(w, bs = 'cr', k = K)"), cs = "s(v, bs = 'cs', k = K)", cc = c("s(x, bs = 'cc', k = K)", "s(z, bs = 'cc', k = K)"),
  ps = c("s(x, bs = 'ps', k = K + 2)", "s(v, bs = 'ps', m = c(1, 1), k = K)", "s(x, bs = 'ps', m = c(3, 2), k = K + 3)"), cp = c("s(x, bs = 'cp', k = K + 1)", "s(z, bs = 'cp', m = c(1, 1), k = K)"),
  bs = c("s(x, bs = 'bs', k = K + 2)", "s(z, bs = 'bs', m = c(2, 1), k = K + 1)"), ad = "s(x, bs = 'ad', k = 2 * K)",
  re = c("s(g, bs = 're')", "s(g, x, bs = 're')", "s(f, g, bs = 're')", "s(x, bs = 're')"), fs = c("s(x, f, bs = 'fs', k = 4)", "s(v, g, bs = 'fs', k = 4, xt = 'cr')"),
  gp = c("s(x, bs = 'gp', k = K)", "s(x, z, bs = 'gp', k = 2 * K, m = c(1, 0.5))", "s(x, bs = 'gp', m = c(-4, 0.7), k = K)", "s(x, z, v, bs = 'gp', m = 5, k = 2 * K)", "s(v, bs = 'gp', m = c(2, 1, 1.3), k = K)"),
  ds = c("s(x, z, bs = 'ds', m = c(1, 0.5), k = 2 * K)", "s(x, bs = 'ds', m = c(2, 0), k = K)", "s(x, z, bs = 'ds', m = c(2, 0), k = 2 * K)", "s(x, z, v, bs = 'ds', m = c(1, 1), k = 2 * K)"),
  te = c("te(x, z, k = 4)", "te(x, v, bs = c('ps', 'cr'), k = 5)", "te(x, z, v, d = c(2, 1), k = c(8, 4))", "te(x, z, np = FALSE, k = 4)", "te(g, x, bs = c('re', 'tp'), k = 4)"),
  ti = c("ti(x, k = 4) + ti(z, k = 4) + ti(x, z, k = 4)", "ti(x, z, mc = c(FALSE, TRUE), k = 4)"), t2 = c("t2(x, z, k = 4)", "t2(x, z, v, k = 3, full = TRUE, bs = 'cr')", "t2(x, z, k = 4, ord = c(1, 2))"),
  by = c("f + s(x, by = f, k = K)", "s(x, by = v, k = K)", "te(x, z, by = flagged, k = 4)", "s(x, by = ordered(f), bs = 'cr', k = K)"))
PLAIN <- c("f", "flag", "v", "poly(v, 2)", "f:v", "I(v^2)", "offset(w)", "g", "log(w + 1)")
FAMILIES <- list(gaussian = quote(gaussian()), log = quote(gaussian("log")), binomial = quote(binomial()), probit = quote(binomial("probit")), poisson = quote(poisson()), Gamma = quote(Gamma("log")),
  nb = quote(nb()), tw = quote(tw()), betar = quote(betar()), scat = quote(scat()), quasi = quote(quasipoisson()),
  ocat = quote(ocat(R = 4)), ocat3 = quote(ocat(R = 3)))

response <- function(d, family) switch(family, gaussian = , scat = d$y, log = exp(d$y / 4), binomial = , probit = as.numeric(runif(nrow(d)) < plogis(d$y - 1)), poisson = , nb = , quasi = , tw = rpois(nrow(d), exp(d$y / 2)),
  Gamma = rgamma(nrow(d), 4, 4 / exp(d$y / 2)), betar = plogis(d$y - 1 + rnorm(nrow(d)) / 3),
  ocat = graded(d, 4), ocat3 = graded(d, 3))
graded <- function(d, count) {
  score <- d$y + rlogis(nrow(d))
  as.integer(cut(score, c(-Inf, quantile(score, seq_len(count - 1) / count), Inf)))
}

make <- function(name, terms, family = "gaussian") {
  d <- draw(pick(90:160))
  d$flagged <- as.numeric(d$flag)
  d$target <- response(d, family)
  k <- pick(5:9)
  text <- paste("target ~", paste(gsub("\\bK\\b", k, terms), collapse = " + "))
  fit <- if (runif(1) < 0.15) bam else gam
  data <- d
  model <- suppressWarnings(tryCatch(fit(as.formula(text), family = eval(FAMILIES[[family]]), data = data), error = function(e) NULL))
  if (is.null(model) || !all(is.finite(model$coefficients))) return(FALSE)
  model$formula <- as.formula(text, env = globalenv())
  rows <- draw(12, 0.3)
  rows$flagged <- as.numeric(rows$flag)
  rows <- rows[intersect(names(rows), all.vars(model$pred.formula))]
  answers <- suppressWarnings(predict(model, rows, type = "response"))
  if (!all(is.finite(answers))) return(FALSE)
  golden_gam(dir, name, model, rows, links = TRUE)
  TRUE
}

# A formula for each linear predictor, and one that some of them share.
make_multinom <- function(name, count = pick(c(1, 1, 2, 2, 3, 5))) {
  d <- draw(pick(40 * (count + 2):(count + 4)))
  d$flagged <- as.numeric(d$flag)
  scores <- cbind(0, vapply(seq_len(count), function(i) d$y * pick(c(-1, 0.5, 1)) + d$x * rnorm(1), numeric(nrow(d))))
  d$target <- apply(scores, 1, function(s) sample.int(length(s), 1, prob = exp(s - max(s))) - 1)
  terms <- function() gsub("\\bK\\b", pick(4:5), paste(c(pick(c("s(x, k = K)", "s(z, bs = 'cr', k = K)", "s(x, by = flagged, k = K)", "s(v, bs = 'ps', k = 5)", "1", "ti(x, z, k = 3)", "s(g, bs = 're')", "f + s(x, by = f, k = 4)", "ns(v, 2)")),
    if (runif(1) < 0.6) pick(c("f", "flag", "v", "poly(v, 2)", "f:v", "log(w + 1)", "offset(w)", "offset(log(w + 1))", "f - 1"))), collapse = " + "))
  texts <- c(paste("target ~", terms()), vapply(seq_len(count - 1), function(i) paste("~", terms()), ""))
  shared <- if (count > 1 && runif(1) < 0.5) paste(paste(sort(sample.int(count, pick(2:count))), collapse = " + "), "~", pick(c("s(w, k = 4)", "s(w, k = 4) + f - 1", "v - 1", "s(g, bs = 're') - 1")))
  data <- d
  formulas <- lapply(c(texts, shared), as.formula, env = globalenv())
  if (length(formulas) == 1 && runif(1) < 0.5) formulas <- formulas[[1]]
  model <- suppressWarnings(tryCatch(gam(formulas, family = multinom(K = count), data = data), error = function(e) NULL))
  if (is.null(model) || !all(is.finite(model$coefficients))) return(FALSE)
  rows <- draw(12, 0.3)
  rows$flagged <- as.numeric(rows$flag)
  rows <- rows[intersect(names(rows), all.vars(model$pred.formula))]
  if (length(rows) == 0) return(FALSE)
  answers <- suppressWarnings(predict(model, rows, type = "response"))
  if (!all(is.finite(answers))) return(FALSE)
  # mgcv's own terms fail where some formulas are shared ("subscript out of bounds"): no number to compare with.
  if (inherits(try(predict(model, rows, type = "terms"), silent = TRUE), "try-error")) return(FALSE)
  golden_gam(dir, name, model, rows, links = TRUE)
  TRUE
}

# A response of a number a linear predictor, and counts with too many zeros.
SEVERAL <- list(gaulss = quote(gaulss()), gaulss_log = quote(gaulss(list("log", "logb"), b = 1 / 7)), gammals = quote(gammals()), gumbls = quote(gumbls(b = -5)), gevlss = quote(gevlss()),
  shash = quote(shash()), twlss = quote(twlss()), ziplss = quote(ziplss()), ziP = quote(ziP()))
make_several <- function(name, kind = pick(names(SEVERAL))) {
  d <- draw(pick(200:300))
  counts <- rpois(nrow(d), exp(d$y / 2)) * (runif(nrow(d)) < 0.75)
  d$target <- switch(kind, gaulss = , shash = d$y, gaulss_log = , gammals = exp(d$y / 2), gumbls = , gevlss = d$y - 0.3 * log(rexp(nrow(d))), counts)
  terms <- function() pick(c("s(x, k = 5)", "s(z, k = 4)", "f", "v + flag", "s(v, bs = 'cr', k = 4) + f", "x + offset(z / 3)", "s(g, bs = 're')"))
  count <- switch(kind, gevlss = , twlss = 3, shash = 4, ziP = 1, 2)
  texts <- c(paste("target ~ s(x, k = 5) +", terms()), if (count > 1) paste("~", terms()), rep("~ 1", max(0, count - 2)))
  data <- d
  formulas <- lapply(texts, as.formula, env = globalenv())
  model <- suppressWarnings(tryCatch(gam(if (count == 1) formulas[[1]] else formulas, family = eval(SEVERAL[[kind]]), data = data), error = function(e) NULL))
  if (is.null(model) || !all(is.finite(model$coefficients))) return(FALSE)
  rows <- draw(12, 0.2)
  rows <- rows[intersect(names(rows), all.vars(model$pred.formula))]
  answers <- suppressWarnings(predict(model, rows, type = "response", se.fit = TRUE))
  if (!all(is.finite(unlist(answers)))) return(FALSE)
  golden_gam(dir, name, model, rows, links = TRUE)
  TRUE
}

repeat_until <- function(kind, work) {
  made <- 0
  for (try in seq_len(30 * each)) {
    if (made == each) return(invisible())
    if (work(sprintf("gam-%s-%d-%02d", kind, seed, made + 1))) made <- made + 1
  }
  stop("made ", made, " models of ", kind, ", expected ", each)
}

for (kind in names(SMOOTHS)) repeat_until(kind, function(name) make(name, c(pick(SMOOTHS[[kind]]), if (runif(1) < 0.5) pick(PLAIN), if (runif(1) < 0.3) "s(w, k = 4)")))
for (family in names(FAMILIES)) repeat_until(family, function(name) make(name, c(pick(SMOOTHS$tp[1:2]), pick(SMOOTHS$cr), if (runif(1) < 0.5) pick(PLAIN)), family))
repeat_until("multinom", make_multinom)
repeat_until("several", make_several)

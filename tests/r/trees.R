# Fresh random trees of partykit and bags of ipred, with R's predictions: Rscript tests/r/trees.R OUTDIR SEED [COUNT]
# Needs r-base-core, r-cran-partykit and r-cran-ipred. COUNT / 40 models a family (120: 3).
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "..", "golden", "live.R"))
source(file.path(golden, "write-trees.R"))

draw <- function(n) {
  data <- data.frame(
    a = rnorm(n), b = round(runif(n, 0.5, 9), 1), n = rpois(n, 4) + 1L, w = rexp(n) + 0.1,
    f = factor(sample(c("low", "mid", "high", "top"), n, TRUE), levels = c("mid", "low", "top", "high")),
    l = factor(sample(letters[1:9], n, TRUE)), flag = factor(runif(n) < 0.4),
    o = factor(sample(1:4, n, TRUE), labels = c("S", "M", "L", "XL"), ordered = TRUE))
  data$rain <- ifelse(runif(n) < 0.5, 0, round(rexp(n), 1) + 0.1)
  data$y <- with(data, 2 * (rain > 0) + 2 * a - 0.3 * b + as.integer(f) - 2 * (flag == "TRUE") + 0.5 * as.integer(o) + match(l, letters) %% 3 + rnorm(n, 0, 0.5))
  data$count <- rpois(n, exp(pmin(data$y / 3, 3)))
  data$two <- factor(ifelse(plogis(data$y) > runif(n), "yes", "no"))
  data$three <- factor(c("no", "maybe", "yes")[cut(data$y + rnorm(n), c(-Inf, 0, 2, Inf), labels = FALSE)])
  data$grade <- ordered(cut(data$y, c(-Inf, 0, 2, 4, Inf), labels = c("D", "C", "B", "A")))
  data
}
holes <- function(rows, share = 0.1) {
  for (column in names(rows)) rows[[column]][runif(nrow(rows)) < share] <- NA
  rows
}
COLUMNS <- c("a", "b", "n", "w", "f", "l", "flag", "o", "rain", "log(w)", "sqrt(b)")
TREES <- list(
  ctree = function(name) {
    suppressPackageStartupMessages(library(partykit))
    data <- draw(sample(80:400, 1))
    form <- reformulate(pick(COLUMNS, sample(2:6, 1)), pick(c("y", "count", "two", "three", "grade")))
    mode <- pick(c("plain", "majority", "surrogates", "MIA"))
    if (mode != "plain" || runif(1) < 0.3) for (column in c("a", "b", "f", "o")) data[[column]][runif(nrow(data)) < 0.1] <- NA
    control <- ctree_control(alpha = pick(c(0.05, 0.5, 0.9)), minsplit = sample(4:20, 1), minbucket = sample(2:7, 1), majority = mode == "majority",
      maxsurrogate = if (mode == "surrogates") 3L else 0L, MIA = mode == "MIA", intersplit = runif(1) < 0.3, maxdepth = pick(c(Inf, 4)))
    data$.weight <- sample(1:3, nrow(data), TRUE)
    model <- if (runif(1) < 0.3) ctree(form, data, weights = .weight, control = control) else ctree(form, data, control = control)
    columns <- all.vars(delete.response(terms(model)))
    rows <- draw(60)[columns]
    inner <- setdiff(nodeids(model), nodeids(model, terminal = TRUE))
    sure <- unlist(nodeapply(model, inner, function(node) length(surrogates_node(node)) > 0 || sum(prob_split(split_node(node)) > 0) == 1))
    if (any(sure)) rows <- holes(rows)
    golden_party(dir, name, model, rows)
  },
  party = function(name) {
    suppressPackageStartupMessages({library(partykit); library(rpart)})
    data <- draw(sample(150:400, 1))
    model <- as.party(rpart(reformulate(pick(setdiff(COLUMNS, c("log(w)", "sqrt(b)")), sample(2:6, 1)), pick(c("y", "two", "three"))), data, cp = -1))
    golden_party(dir, name, model, draw(60)[all.vars(delete.response(terms(model)))])
  },
  bagging = function(name) {
    suppressPackageStartupMessages({library(ipred); library(rpart)})
    data <- draw(sample(60:200, 1))
    columns <- pick(setdiff(COLUMNS, c("log(w)", "sqrt(b)")), sample(2:6, 1))
    if (runif(1) < 0.5) data[columns] <- holes(data[columns])
    control <- rpart.control(minsplit = sample(2:12, 1), cp = 0.01, xval = 0, maxsurrogate = sample(0:5, 1), usesurrogate = sample(0:2, 1))
    response <- pick(c("y", "count", "two", "three", "grade"))
    model <- bagging(reformulate(columns, response), data, nbagg = sample(1:12, 1), ns = if (runif(1) < 0.2) 50 else nrow(data), control = control, keepX = FALSE)
    rows <- draw(40)[columns]
    if (runif(1) < 0.6) rows <- holes(rows)
    rows <- rows[rowSums(!is.na(rows)) > 0, , drop = FALSE]
    # A row that stops before the leaf in every tree meets no training rows there.
    weighted <- if (response %in% c("y", "count")) predict(model, rows, aggregation = "weighted") else predict(model, rows, type = "prob", aggregation = "weighted")[, 1]
    golden_bag(dir, name, model, rows[is.finite(weighted), , drop = FALSE])
  }
)
only <- Sys.getenv("FAMILY")
for (family in if (nzchar(only)) only else names(TREES)) for (i in seq_len(each)) {
  # partykit itself fails on some draws: where a tree stays a root, say.
  repeat {
    made <- tryCatch({ suppressWarnings(TREES[[family]](sprintf("%s-%d-%02d", family, seed, i))); TRUE }, error = function(e) { message(family, ": ", conditionMessage(e)); FALSE })
    if (made) break
  }
}

# Fresh gbm models with gbm's answers: Rscript make_gbm.R FOLDER SEED COUNT VALUES [small]
# With `small` the models have a few trees: it made tests/golden/boosting, with seed 5, 11 models and 1500 values.
# Needs r-cran-gbm, r-cran-survival and r-cran-jsonlite. Each case is a folder, as tests/boosting/main.ts reads it.
arguments <- commandArgs(TRUE)
folder <- arguments[1]
seed <- as.integer(arguments[2])
count <- as.integer(arguments[3])
values <- as.integer(arguments[4])
small <- length(arguments) == 5
suppressPackageStartupMessages({library(gbm); library(survival)})
RNGversion("4.0.0")
distributions <- list("gaussian", "bernoulli", "adaboost", "poisson", "laplace", list(name = "tdist", df = 4), "huberized", "coxph",
                      list(name = "quantile", alpha = 0.3), "multinomial", list(name = "pairwise", group = "query", metric = "conc"))
mark <- function(x, share) { x[runif(length(x)) < share] <- NA; x }
pick <- function(x) x[sample.int(length(x), 1)]

draw_data <- function(n, share, levels) {
  factors <- paste0("level", seq_len(levels))
  data.frame(
    a = mark(rnorm(n), share), b = mark(round(runif(n, 0.5, 9), 1), share), c = mark(rpois(n, 3), share),
    f = mark(factor(sample(factors, n, TRUE), levels = factors), share),
    o = mark(factor(sample(c("S", "M", "L", "XL"), n, TRUE), levels = c("S", "M", "L", "XL"), ordered = TRUE), share),
    query = sample(20, n, TRUE))
}
target_of <- function(name, data) {
  signal <- ifelse(is.na(data$a), 0, data$a) + 0.3 * ifelse(is.na(data$c), 3, data$c) + rnorm(nrow(data), 0, 0.5)
  switch(name, bernoulli = , adaboost = , huberized = as.numeric(signal > 1), poisson = rpois(nrow(data), exp(pmin(signal, 2))),
         multinomial = factor(c("no", "maybe", "yes")[cut(signal, c(-Inf, 0.5, 1.5, Inf), labels = FALSE)]),
         pairwise = as.numeric(cut(signal, 4)), signal)
}

# Whether a fit ends. On some data gbm's coxph ends R itself (a std::length_error), so that it is tried in a process of its own first.
survives <- function(fit) {
  job <- parallel::mcparallel({ fit(); TRUE }, silent = TRUE, mc.set.seed = FALSE)
  isTRUE(suppressWarnings(parallel::mccollect(job))[[1]])
}

write_case <- function(place, model, what, rows, expected) {
  own <- file.path(folder, sprintf("gbm-%04d", place))
  dir.create(own, recursive = TRUE)
  saveRDS(model, file.path(own, "model.RDS"))
  numbers <- vapply(rows, as.numeric, numeric(nrow(rows)))
  numbers[is.na(numbers)] <- NaN
  writeBin(as.vector(t(numbers)), file.path(own, "rows.f64"), endian = "little")
  answers <- lapply(seq_along(expected), function(k) {
    answer <- matrix(expected[[k]]$answer, nrow(rows))
    file <- sprintf("answer-%d.f64", k - 1)
    writeBin(as.vector(t(answer)), file.path(own, file), endian = "little")
    list(parameters = expected[[k]]$parameters, file = file, width = ncol(answer))
  })
  case <- list(what = what, model = "model.RDS", columns = ncol(rows), names = I(names(rows)), answers = answers)
  writeLines(jsonlite::toJSON(case, auto_unbox = TRUE), file.path(own, "case.json"))
}

make_case <- function(place, start) {
  set.seed(start)
  distribution <- distributions[[place %% length(distributions) + 1]]
  name <- if (is.list(distribution)) distribution$name else distribution
  share <- pick(c(0, 0.1, 0.3))
  levels <- pick(if (small) c(2, 5) else c(2, 5, 40))
  data <- draw_data(300, share, levels)
  data$y <- target_of(name, data)
  if (name == "coxph") { data$time <- rexp(300); data$status <- rbinom(300, 1, 0.7) }
  left <- if (name == "coxph") "Surv(time, status)" else "y"
  right <- pick(c("a + b + c + f + o", "a + f", "a + b + c", "I(a^2) + b + f", "o + c"))
  trees <- pick(if (small) c(1, 5) else c(1, 10, 60))
  # Its warnings are of small data and of distributions that it advises against.
  fit <- function() suppressWarnings(gbm(as.formula(paste(left, "~", right), globalenv()), distribution = distribution, data = data, n.trees = trees,
    interaction.depth = pick(1:5), n.minobsinnode = pick(c(1, 5, 10)), shrinkage = pick(c(0.01, 0.1, 0.5)), bag.fraction = 0.7,
    train.fraction = 1, keep.data = FALSE, verbose = FALSE, n.cores = 1))
  if (name == "coxph" && !survives(fit)) return(FALSE)
  model <- fit()
  # Steps that ran away end in leaves that are no numbers: such a model answers nothing but NaN, and is refused here.
  if (!all(is.finite(unlist(lapply(model$trees, function(tree) c(tree[[2]], tree[[8]])))))) return(FALSE)
  width <- if (name == "multinomial") 3 else 1
  rows <- draw_data(max(values %/% count %/% (3 * width), 10), share, levels)
  # A level that the training data lacks is refused here, and sent the way of missing values in R.
  seen <- model$var.levels[match("f", model$var.names)][[1]]
  if (!is.null(seen)) { rows$f <- factor(as.character(rows$f), levels = seen) }
  seen <- model$var.levels[match("o", model$var.names)][[1]]
  if (!is.null(seen)) { rows$o <- factor(as.character(rows$o), levels = seen, ordered = TRUE) }
  some <- pick(seq_len(trees))
  ask <- function(...) suppressWarnings(predict(model, rows, ...))
  expected <- list(
    list(parameters = list(type = "response"), answer = ask(n.trees = trees, type = "response")),
    list(parameters = list(type = "link"), answer = ask(n.trees = trees, type = "link")),
    list(parameters = list(type = "response", nTrees = some), answer = ask(n.trees = some, type = "response")))
  columns <- all.vars(as.formula(paste("~", right)))
  what <- sprintf("%s %s trees %d depth %d missing %g levels %d", name, right, trees, model$interaction.depth, share, levels)
  write_case(place, model, what, rows[columns], expected)
  TRUE
}

for (place in seq_len(count) - 1) {
  start <- seed + place
  while (!make_case(place, start)) start <- start + 100000
}

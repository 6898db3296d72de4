# More trained recipes alone: Rscript tests/golden/recipes/make-edges.R tests/golden/recipes, as make.R.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(recipes); library(jsonlite) })
set.seed(1960)
rows <- 40
data <- tibble::tibble(
  w = round(rnorm(rows, 0, 4), 2), u = round(runif(rows, 1, 3), 3), i = sample(1:9, rows, TRUE), k = sample(0:1, rows, TRUE), one = sample(c(1, 2, 1e5), rows, TRUE),
  f = factor(sample(c("red", "dark blue", "a:b"), rows, TRUE)), o = factor(sample(c("lo", "mid", "hi"), rows, TRUE), levels = c("lo", "mid", "hi"), ordered = TRUE),
  s = sample(c("near", "", "old"), rows, TRUE), lift = sample(c(TRUE, FALSE), rows, TRUE),
  seen = as.POSIXct("1969-12-20 06:00:00", tz = "UTC") + sample(0:2e6, rows), price = rnorm(rows))
data$seen[1:4] <- as.POSIXct(c("1969-12-31 23:59:59", "1969-12-31 00:00:00", "1970-01-01 00:00:00", "1960-07-27 07:50:14"), tz = "UTC")
cell <- function(x) {
  if (is.factor(x) || is.character(x)) as.character(x)
  else if (inherits(x, "POSIXct")) format(x, "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
  else if (is.logical(x)) x
  else ifelse(is.na(x), NA, sprintf("%.17g", x))
}
records <- function(frame) lapply(seq_len(nrow(frame)), function(row) lapply(as.list(frame[row, ]), cell))
# Each row is baked alone: what impute_knn makes of several depends on all of them.
finish <- function(name, trained, new) {
  saveRDS(trained, file.path(folder, paste0(name, ".RDS")), version = 3)
  baked <- do.call(rbind, lapply(seq_len(nrow(new)), function(row) bake(trained, new[row, ])))
  all <- list(name = name, rows = records(new), predictions = records(baked))
  writeLines(toJSON(all, auto_unbox = TRUE, na = "null", pretty = TRUE), file.path(folder, paste0(name, ".json")))
}
new <- data[1:14, setdiff(names(data), "price")]
new[13, c("f", "o", "lift", "seen")] <- NA
# Products with factors and TRUE or FALSE, also of a level with a colon; weekdays before 1970; asinh and acosh; numbers among texts.
finish("edges", prep(recipe(price ~ ., data) |> step_interact(~ f:u + o:lift + i:w, sep = "_x_") |>
  step_date(seen, features = c("dow", "year")) |> step_hyperbolic(w, func = "sinh", inverse = TRUE) |> step_hyperbolic(u, func = "cosh", inverse = TRUE) |>
  step_mutate(m1 = i %in% c("3", "7", "x"), m2 = one %in% c("1e+05", "2"), m3 = lift %in% c("TRUE"), copy = as.character(s)) |> step_rm(s)), new)
# What skipped steps leave is made a factor by the levels that the recipe has at its end.
finish("skipped", prep(recipe(price ~ w + i + k + s + f + lift, data) |> step_cut(w, breaks = c(-2, 2), include_outside_range = TRUE, skip = TRUE) |>
  step_bin2factor(k, levels = c("1", "0"), skip = TRUE) |> step_mutate(lift = as.character(lift), skip = TRUE) |> step_relevel(f, ref_level = "red", skip = TRUE)),
  new[c("w", "i", "k", "s", "f", "lift")])
# Texts as columns that neighbours are found by, of which gower compares the empty one alone.
new <- new[1:10, c("w", "u", "i", "s", "lift")]
new$w[1:6] <- NA
new$i[4:8] <- NA
new$u[c(2, 5)] <- NA
new$s[3] <- "never seen"
new$s[6:7] <- NA
new[10, ] <- NA
finish("neighbors", prep(recipe(price ~ w + u + i + s + lift, data) |> step_impute_knn(w, i, neighbors = 3, impute_with = imp_vars(u, s, lift)) |> step_rm(s),
  strings_as_factors = FALSE), new)
# Functions of R's core, of which a file has the name.
new <- data[1:14, c("w", "u", "i", "f", "o", "lift")]
new[14, ] <- NA
finish("builtins", prep(recipe(price ~ w + u + i + f + o + lift, data) |> step_mutate_at(w, fn = abs) |> step_mutate_at(u, i, fn = sqrt) |> step_mutate_at(lift, fn = as.integer) |>
  step_mutate_at(f, fn = is.na) |> step_ordinalscore(o, convert = as.integer)), new)
# Splines beyond their boundary knots.
set.seed(4)
ends <- data.frame(u = runif(60, 0.05, 0.95), v = rnorm(60), x = rexp(60), z = rnorm(60), price = 1)
beyond <- data.frame(u = c(0, 0.01, 0.5, 0.96, 1, 1.2), v = c(-9, -3, 0, 2.9, 3, 10), x = c(-1, 0, 1, 7, 8, 20), z = c(-5, -3.3, 0, 2.7, 4, 6))
finish("ends", prep(recipe(price ~ ., ends) |> step_ns(u, deg_free = 3) |> step_ns(v, deg_free = 5) |> step_bs(x, deg_free = 5) |> step_bs(z, deg_free = 4, degree = 2)), beyond)
# A workflow, as hardhat and parsnip make it, whose steps read a column of another role than predictor; nothing reads the id.
set.seed(7)
roles <- data.frame(size = round(runif(80, 20, 200)), sold = as.Date("2020-01-01") + sample(0:900, 80), id = 1:80, lift = sample(c(TRUE, FALSE), 80, TRUE))
roles$price <- roles$size + 10 * as.POSIXlt(roles$sold)$mon + rnorm(80)
with_roles <- recipe(price ~ ., roles) |> update_role(id, new_role = "id") |> update_role(sold, new_role = "date") |>
  step_date(sold, features = c("month", "dow"), label = FALSE) |> step_rename(area = size)
mold <- hardhat::mold(with_roles, roles)
tree <- rpart::rpart(..y ~ ., cbind(as.data.frame(mold$predictors), ..y = mold$outcomes$price), control = rpart::rpart.control(cp = 0.001))
spec <- structure(list(args = list(), eng_args = list(), mode = "regression", engine = "rpart", method = list(pred = list())), class = c("decision_tree", "model_spec"))
fit <- structure(list(lvl = NULL, spec = spec, fit = tree, preproc = list(y_var = "..y"), elapsed = list()), class = c("_rpart", "model_fit"))
pre <- list(actions = list(recipe = list(recipe = with_roles, blueprint = mold$blueprint)), mold = mold)
workflow <- structure(list(pre = pre, fit = list(actions = list(), fit = fit), post = list(actions = list()), trained = TRUE), class = "workflow")
saveRDS(workflow, file.path(folder, "roles.RDS"), version = 3)
new <- roles[c(1:9, 40), 1:4]
new$sold <- new$sold + 1
answers <- unname(predict(tree, as.data.frame(hardhat::forge(new, mold$blueprint)$predictors)))
new$sold <- format(new$sold)
all <- list(name = "roles", rows = lapply(seq_len(nrow(new)), function(row) lapply(as.list(new[row, c("size", "sold", "lift")]), cell)), predictions = sprintf("%.17g", answers))
writeLines(toJSON(all, auto_unbox = TRUE, na = "null", pretty = TRUE), file.path(folder, "roles.json"))
# Steps by the names that they had before recipes 0.1.16, whose bake() recipes still has.
set.seed(8)
old <- data.frame(a = round(rnorm(40, 5), 2), i = sample(1:9, 40, TRUE), f = factor(sample(c("u", "v", "w"), 40, TRUE)), g = rnorm(40), h = round(rnorm(40), 2), price = 1)
for (name in c("a", "i", "f", "h")) old[[name]][sample(40, 6)] <- NA
named <- prep(recipe(price ~ ., old) |> step_impute_mean(a) |> step_impute_median(i) |> step_impute_mode(f) |> step_impute_knn(h, neighbors = 3, impute_with = imp_vars(g)))
for (at in seq_along(named$steps)) class(named$steps[[at]])[1] <- sub("step_impute_(.*)", "step_\\1impute", class(named$steps[[at]])[1])
finish("old-names", named, old[1:20, 1:5])

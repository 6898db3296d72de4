# Trained recipes alone, with what bake() makes of new rows: Rscript tests/golden/recipes/make.R tests/golden/recipes
# with R's reference BLAS in LD_PRELOAD, as CONTRIBUTING says; numbers.RDS was made with another one, and has other last bits.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(recipes); library(jsonlite) })
set.seed(19)
rows <- 60
data <- tibble::tibble(
  size = round(rexp(rows, 1 / 80), 2), rooms = sample(1:6, rows, TRUE), zone = factor(sample(c("Sul", "Norte", "Centro"), rows, TRUE)),
  grade = factor(sample(c("lo", "mid", "hi"), rows, TRUE), levels = c("lo", "mid", "hi"), ordered = TRUE),
  note = sample(c("near metro", "old", "sea, view"), rows, TRUE), sold = as.Date("2023-01-01") + sample(0:700, rows, TRUE),
  seen = as.POSIXct("2024-05-01 12:00:00", tz = "UTC") + sample(0:9e5, rows), lift = sample(c(TRUE, FALSE), rows, TRUE), price = rnorm(rows))
data$size[c(3, 9)] <- NA
data$zone[5] <- NA

# A number as R has it, 17 digits in quotes; null where it is missing.
cell <- function(x) {
  if (is.factor(x) || is.character(x)) as.character(x)
  else if (inherits(x, "Date")) format(x)
  else if (inherits(x, "POSIXct")) format(x, "%Y-%m-%dT%H:%M:%SZ", tz = "UTC")
  else if (is.logical(x)) x
  else ifelse(is.na(x), NA, sprintf("%.17g", x))
}
records <- function(frame) lapply(seq_len(nrow(frame)), function(row) lapply(as.list(frame[row, ]), cell))
write <- function(name, trained) {
  saveRDS(trained, file.path(folder, paste0(name, ".RDS")), version = 3)
  new <- data[c(1:12), setdiff(names(data), "price")]
  all <- list(name = name, rows = records(new), predictions = records(bake(trained, new)))
  writeLines(toJSON(all, auto_unbox = TRUE, na = "null", pretty = TRUE), file.path(folder, paste0(name, ".json")))
}
write("house", prep(recipe(price ~ ., data) |> step_impute_median(rooms) |> step_normalize(size) |> step_dummy(zone) |>
  step_date(sold, features = c("dow", "year"), keep_original_cols = TRUE) |> step_filter(rooms > 2)))
write("plain", prep(recipe(price ~ size + lift + note, data), strings_as_factors = FALSE))
write("numbers", prep(recipe(~ size + rooms, data) |> step_impute_mean(size) |> step_poly(size, degree = 2)))

# Texts that training did not have, by patterns.
texts <- tibble::tibble(note = c("near metro", "old", "sea, view", NA, "p\u00e1tio 12"), kind = factor(c("flat", "house", "flat", "loft", NA)), price = 1:5)
new <- tibble::tibble(note = c("a new one", "sea 99", NA, "old", "", "Eee ee", "x.y", "caf\u00e9 da manh\u00e3"),
  kind = factor(c("flat", "house", NA, "loft", "flat", "flat", "house", "loft")))
trained <- prep(recipe(price ~ ., texts) |> step_regex(note, pattern = "sea|[[:digit:]]{2}", result = "sea") |>
  step_count(note, pattern = "[aeiou]+", result = "vowels") |> step_count(note, pattern = "e", normalize = TRUE, result = "share") |>
  step_regex(note, pattern = "E", options = list(ignore.case = TRUE), result = "any_e") |> step_count(kind, pattern = "o", result = "os") |>
  step_regex(note, pattern = ".", options = list(fixed = TRUE), result = "dot") |> step_rm(note))
saveRDS(trained, file.path(folder, "texts.RDS"), version = 3)
all <- list(name = "texts", rows = records(new), predictions = records(bake(trained, new)))
all$predictions <- lapply(all$predictions, function(row) lapply(row, function(x) if (identical(x, "NaN")) NA else x))
writeLines(enc2utf8(toJSON(all, auto_unbox = TRUE, na = "null", pretty = TRUE)), file.path(folder, "texts.json"), useBytes = TRUE)

# Numbers compared with texts, as R does: by their own texts. And the projection of step_pls(), whose mixOmics is not among Debian's packages:
# what it would have found is set here, and bake() computes with it.
numbers <- data.frame(a = c(round(rnorm(9, 5), 3), NA), b = c(100000, 0.3, 1 / 3, 1e-20, 123456.7, 7, 0.1, 2, 3, 4), i = 1:10, lift = rep(c(TRUE, FALSE), 5), y = 1:10)
finish <- function(name, trained, new) {
  saveRDS(trained, file.path(folder, paste0(name, ".RDS")), version = 3)
  all <- list(name = name, rows = records(new), predictions = records(bake(trained, new)))
  writeLines(toJSON(all, auto_unbox = TRUE, na = "null", pretty = TRUE), file.path(folder, paste0(name, ".json")))
}
finish("compared", prep(recipe(y ~ ., numbers) |> step_mutate(m1 = b == "1e+05", m2 = b != "0.3", m3 = i == "7", m4 = lift == "TRUE", m5 = b == "100000",
  m6 = a == "5", m7 = b == "0.333333333333333", m8 = "1e-20" == b, m9 = ifelse(i == "x", 1, 2))), numbers[setdiff(names(numbers), "y")])
pls <- suppressMessages(prep(recipe(y ~ a + b, numbers[-10, ]) |> step_pls(a, b, num_comp = 2, outcome = vars(y))))
pls$steps[[1]]$res <- list(mu = c(a = 4.5, b = 0.3), sd = c(a = 2, b = 1.1),
  coefs = matrix(c(0.5, -0.25, 0.125, 0.75), 2, dimnames = list(c("a", "b"), c("comp1", "comp2"))), col_norms = c(comp1 = 1.25, comp2 = 2.5))
finish("pls", pls, numbers[1:9, c("a", "b")])

# Missing values by bagged trees: a number, a whole number, a factor; a row without any predictor stays as it is.
bag <- data.frame(a = round(rnorm(60, 5), 2), i = sample(1:9, 60, TRUE), f = factor(sample(c("u", "v", "w"), 60, TRUE)), g = rnorm(60), h = factor(sample(c("x", "y"), 60, TRUE)), y = 1:60)
bag$a <- bag$a + 2 * bag$g
bag[c(2, 5), "a"] <- NA
bag[c(3, 5), "f"] <- NA
bag[7, "i"] <- NA
bag[9, "g"] <- NA
new <- rbind(bag[1:12, 1:5], data.frame(a = NA, i = NA, f = NA, g = 0.5, h = "x"), data.frame(a = NA, i = NA, f = NA, g = NA, h = "y"))
finish("bag", prep(recipe(y ~ ., bag) |> step_impute_bag(a, i, f, trees = 7, impute_with = imp_vars(g, h))), new)

# Trained recipes alone, with what bake() makes of new rows: Rscript tests/golden/recipes/make.R tests/golden/recipes
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

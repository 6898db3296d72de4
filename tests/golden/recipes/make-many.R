# Missing values by a sum of 220 columns and by 210 trees: Rscript tests/golden/recipes/make-many.R tests/golden/recipes, as make.R.
folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(recipes); library(jsonlite) })
set.seed(195)
cell <- function(x) if (is.factor(x)) as.character(x) else ifelse(is.na(x), NA, sprintf("%.17g", x))
records <- function(frame) lapply(seq_len(nrow(frame)), function(row) lapply(as.list(frame[row, ]), cell))
# Each row is baked alone: impute_linear leaves all of a request as they are where a predictor of one is missing.
finish <- function(name, trained, new) {
  trained$template <- trained$template[0, ]
  saveRDS(trained, file.path(folder, paste0(name, ".RDS")), version = 3, compress = "xz")
  baked <- lapply(seq_len(nrow(new)), function(row) records(suppressWarnings(bake(trained, new[row, ])))[[1]])
  writeLines(toJSON(list(name = name, rows = records(new), predictions = baked), auto_unbox = TRUE, na = "null", pretty = TRUE), file.path(folder, paste0(name, ".json")))
}
rows <- 240
wide <- as.data.frame(lapply(1:219, function(at) round(rnorm(rows), 2)))
names(wide) <- paste0("x", 1:219)
wide$n <- as.integer(round(10 * wide$x1 + 3 * wide$x219 + rnorm(rows)))
wide$a <- round(rowSums(wide[1:219]) / 3 + rnorm(rows), 2)
new <- wide[1:6, ]
new$a[1:4] <- NA
new$n[c(2, 5)] <- NA
new$x7[4] <- NA
finish("many-columns", prep(recipe(~ ., wide) |> step_impute_linear(a, n, impute_with = imp_vars(starts_with("x")))), new)

few <- data.frame(g = rnorm(30), f = factor(sample(c("u", "v", "w"), 30, TRUE)))
few$a <- round(few$g + rnorm(30), 2)

new <- few[1:6, ]
new$a[c(1, 3, 6)] <- NA
new$f[c(3, 4)] <- NA
new$g[6] <- NA
small <- list(control = rpart::rpart.control(maxdepth = 2, xval = 0))
finish("many-trees", prep(recipe(~ ., few) |> step_impute_bag(a, f, trees = 210, impute_with = imp_vars(g), options = small)), new)

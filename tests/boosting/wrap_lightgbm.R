# Wraps LightGBM's text as R's lgb.Booster, which no R here has: Rscript wrap_lightgbm.R CASE NEW_CASE raw|text BEST
# The environments are as R6 makes them of the class in R-package/R/lgb.Booster.R: `raw` is a raw vector, and was a text before
# LightGBM 3.3. It made tests/golden/boosting/lightgbm-r-*, so that form was read and never seen from the package itself.
arguments <- commandArgs(TRUE)
dir.create(arguments[2])
text <- paste(readLines(file.path(arguments[1], "model.txt")), collapse = "\n")
private <- new.env()
private$handle <- NULL
enclosing <- new.env()
booster <- new.env()
enclosing$self <- booster
enclosing$private <- private
booster$.__enclos_env__ <- enclosing
booster$best_iter <- as.integer(arguments[4])
booster$best_score <- NA_real_
booster$params <- list(objective = "binary")
booster$record_evals <- list()
booster$raw <- if (arguments[3] == "raw") charToRaw(text) else text
booster$predict <- function(data, ...) private$handle
environment(booster$predict) <- enclosing
class(booster) <- c("lgb.Booster", "R6")
saveRDS(booster, file.path(arguments[2], "model.RDS"))
for (file in setdiff(list.files(arguments[1]), "model.txt")) file.copy(file.path(arguments[1], file), file.path(arguments[2], file))
case <- sub("model.txt", "model.RDS", readLines(file.path(arguments[2], "case.json"), warn = FALSE), fixed = TRUE)
writeLines(case, file.path(arguments[2], "case.json"))

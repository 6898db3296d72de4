# R's answers to the patterns of patterns.json: Rscript tests/golden/recipes/patterns.R tests/golden/recipes/patterns.json
# Each case is [pattern, ignore.case, text, does it match, how often]; the last two are written anew.
file <- commandArgs(TRUE)[1]
cases <- lapply(jsonlite::fromJSON(file, simplifyVector = FALSE), function(case) {
  case[[4]] <- grepl(case[[1]], case[[3]], ignore.case = case[[2]])
  case[[5]] <- sum(gregexpr(case[[1]], case[[3]], ignore.case = case[[2]])[[1]] > 0)
  jsonlite::toJSON(case, auto_unbox = TRUE)
})
writeLines(paste0("[\n", paste(unlist(cases), collapse = ",\n"), "\n]"), file)

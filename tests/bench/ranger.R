# R's side of the bench, in one long-lived process. Reads a command a line, its words apart by tabs; writes a line for each.
#   open MODEL.RDS DATA.RDS   the model, ranger's or another package's, and the rows it is asked
#   time ROWS LEAST           microseconds of a predict() of so many rows, its calls repeated for at least so many milliseconds
#   bake ROWS LEAST           the same of the recipe alone, where the file has one before its forest
#   load FILE                 milliseconds of readRDS()
suppressPackageStartupMessages(library(ranger))
input <- file("stdin", "r")
model <- NULL
recipe <- NULL
slices <- list()

seconds <- function(call, least) {
  calls <- 0
  started <- Sys.time()
  repeat {
    call(calls)
    calls <- calls + 1
    took <- as.numeric(Sys.time() - started, units = "secs")
    if (took >= least) return(took / calls)
  }
}

ask <- function(data) if (inherits(model, "ranger")) predict(model, data, num.threads = 1)$predictions else predict(model, data)

commands <- list(
  open = function(file, data_file) {
    saved <- readRDS(file)
    recipe <<- if (!inherits(saved, "ranger")) saved[["recipe"]]
    model <<- if (is.null(recipe)) saved else saved$model
    if (!is.null(recipe)) suppressPackageStartupMessages(library(recipes))
    suppressPackageStartupMessages(library(tail(class(model), 1), character.only = TRUE))
    data <- readRDS(data_file)
    slice <- function(rows, count) lapply(seq_len(count), function(i) data[(i - 1) * rows + seq_len(rows), , drop = FALSE])
    slices <<- list("1" = slice(1, 200), "10" = slice(10, 100), "100" = slice(100, 20), "1000" = slice(1000, 5), "10000" = list(data))
    gc()
    0
  },
  time = function(rows, least) {
    asked <- slices[[rows]]
    before <- if (is.null(recipe)) identity else function(data) bake(recipe, data)
    1e6 * seconds(function(calls) ask(before(asked[[calls %% length(asked) + 1]])), as.numeric(least) / 1e3)
  },
  bake = function(rows, least) {
    asked <- slices[[rows]]
    1e6 * seconds(function(calls) bake(recipe, asked[[calls %% length(asked) + 1]]), as.numeric(least) / 1e3)
  },
  load = function(file) 1e3 * seconds(function(calls) readRDS(file), 0)
)

repeat {
  line <- readLines(input, 1)
  if (length(line) == 0) break
  words <- strsplit(line, "\t")[[1]]
  said <- tryCatch(sprintf("%.6f", do.call(commands[[words[1]]], as.list(words[-1]))), error = function(e) paste("error:", conditionMessage(e)))
  cat(said, "\n", sep = "")
  flush(stdout())
}

# Makes the bench's models of randomForest and rpart, rows to ask and R's answers to them, as forests.R does for ranger's. Seeded.
#   Rscript tests/bench/packages/packages.R PROJECT FOLDER NAME...
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[2]
ROWS <- 10000

heart <- read.csv(file.path(arguments[1], "model/heart/heart.csv"))
# Rows between those of the data; of the tree's one value in ten is missing, for which it has surrogates.
rows <- function(missing) {
  data <- heart[sample(nrow(heart), ROWS, TRUE), -1]
  data[] <- lapply(data, function(x) ifelse(runif(ROWS) < missing, NA, x + round(runif(ROWS, -0.5, 0.5), 3)))
  rownames(data) <- NULL
  data
}
MODELS <- list(
  randomForest = list(function() suppressWarnings(randomForest::randomForest(target ~ ., heart, ntree = 500)), 0),
  rpart = list(function() rpart::rpart(target ~ ., heart, cp = 0.001, minsplit = 10), 0.1)
)

for (name in arguments[-(1:2)]) {
  set.seed(42)
  library(name, character.only = TRUE)
  model <- MODELS[[name]][[1]]()
  data <- rows(MODELS[[name]][[2]])
  order <- if (name == "rpart") attr(model$terms, "term.labels") else rownames(model$importance)
  file <- function(ending) file.path(folder, paste0(name, ".", ending))
  writeBin(as.vector(t(data.matrix(data[order]))), file("rows"), size = 8, endian = "little")
  writeBin(as.vector(predict(model, data)), file("answers"), size = 8, endian = "little")
  saveRDS(data, file("data.RDS"))
  # The model comes last: where it is there, all of it is.
  saveRDS(model, file("partial"))
  invisible(file.rename(file("partial"), file("RDS")))
}

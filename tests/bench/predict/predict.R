# R's side of npm run bench -- predict: a CSV is read by data.table, predicted by ranger, and the predictions are written as CSV.
#   Rscript predict.R MODEL.RDS ROWS.csv OUT.csv THREADS
suppressPackageStartupMessages({ library(data.table); library(ranger) })
arguments <- commandArgs(trailingOnly = TRUE)
threads <- as.integer(arguments[4])
setDTthreads(threads)
model <- readRDS(arguments[1])
rows <- fread(arguments[2])
fwrite(list(predictions = predict(model, rows, num.threads = threads)$predictions), arguments[3])

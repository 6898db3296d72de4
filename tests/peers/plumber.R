# The server of the series this project comes from, as a peer to measure and to check: R and plumber (Debian: r-base-core,
# r-cran-plumber, and ranger). The model is read at every request, as it is there.
#   MODEL=model/heart/heart-age.RDS PORT=8090 Rscript tests/peers/plumber.R serve
library(plumber)
library(jsonlite)
suppressPackageStartupMessages(library(ranger))

model_file <- Sys.getenv("MODEL", "/opt/ml/model/model.RDS")

pr() |>
  pr_get("/ping", function(res) {
    res$status <- 200
    list()
  }) |>
  pr_post("/invocations", function(req) {
    model <- readRDS(model_file)
    data <- as.data.frame(fromJSON(req$postBody))
    list(predictions = predict(model, data)$predictions)
  }) |>
  pr_run(host = "127.0.0.1", port = as.integer(Sys.getenv("PORT", "8080")), quiet = TRUE)

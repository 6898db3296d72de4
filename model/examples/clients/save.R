# Trains a model, saves it and R's predictions: Rscript model/examples/clients/save.R FOLDER
# Then serve it and compare: npm start -- --model FOLDER/flowers.RDS, npm run model -- verify FOLDER/flowers.RDS FOLDER/rows.json
library(ranger)
library(jsonlite)
folder <- commandArgs(TRUE)[1]
model <- ranger(Sepal.Length ~ Petal.Length + Petal.Width, data = iris, num.trees = 50, seed = 42, num.threads = 1)
saveRDS(model, file.path(folder, "flowers.RDS"))
# 17 digits keep every bit of a double.
predictions <- sprintf("%.17g", predict(model, iris, num.threads = 1)$predictions)
rows <- toJSON(iris[c("Petal.Length", "Petal.Width")], digits = NA)
writeLines(sprintf('{"rows": %s, "predictions": [%s]}', rows, paste(predictions, collapse = ", ")), file.path(folder, "rows.json"))

# Trains xgboost on a model.matrix() and saves the booster: Rscript model/examples/boosters/train.R FOLDER
# Serve it: npm start -- --model FOLDER/heart.ubj; callers send the columns of the matrix, under its names.
library(xgboost)
folder <- commandArgs(TRUE)[1]
heart <- read.csv("model/examples/heart/heart.csv", stringsAsFactors = TRUE)
x <- model.matrix(diagnosis ~ . - 1, heart)
data <- xgb.DMatrix(x, label = as.numeric(heart$diagnosis == "heart disease"))
booster <- xgb.train(list(objective = "binary:logistic", max_depth = 3, eta = 0.1), data, nrounds = 50)
xgb.save(booster, file.path(folder, "heart.ubj"))
# saveRDS(booster, file) serves as well; the booster's own file is read by every version of xgboost, and here.

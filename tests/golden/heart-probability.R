# Makes heart-probability.RDS: Rscript tests/golden/heart-probability.R, in the project. R 4.2.2 and ranger 0.14.1 made the one that is committed.
# In heart.csv target 1 is healthy: UCI's num is 0 in those rows.
library(ranger)
hp <- read.csv("model/heart/heart.csv")
hp$target <- factor(hp$target, labels = c("presence", "absence"))
set.seed(42)
saveRDS(ranger(target ~ ., data = hp, probability = TRUE), "tests/golden/heart-probability.RDS", version = 3)

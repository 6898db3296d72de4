# Makes the goldens of families that need packages of their own, and of splines: Rscript tests/golden/make-families.R [NAME...] (R 4.2.2 and
# the packages of Debian 12, with R's reference BLAS). With names it makes those alone.
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
RNGversion("4.0.0")
wanted <- commandArgs(TRUE)
family <- function(name, make) if (length(wanted) == 0 || name %in% wanted) make()

# Splines and interaction() in a formula.
family("splines", function() {
  suppressPackageStartupMessages(library(splines))
  cars <- transform(mtcars, auto = factor(am, labels = c("yes", "no")))
  far <- rbind(cars, transform(cars[1:6, ], hp = c(20, 400, 52, 335, 109, 500), wt = c(1, 6, 1.513, 5.424, 3.5, 0.2)))
  golden_linear(here, "splines-lm", lm(mpg ~ ns(hp, 3) + bs(wt, df = 5) * auto + splines::bs(disp, knots = c(200, 300), degree = 2), cars), far[c("hp", "wt", "auto", "disp")])
  golden_linear(here, "splines-inner-lm", lm(mpg ~ ns(sqrt(hp), df = 2, intercept = TRUE) + ns(wt, 1) - 1, cars), far[c("hp", "wt")])
  golden_linear(here, "splines-glm", glm(cbind(am, 1 - am) ~ bs(qsec, 4) + offset(wt / 100), binomial, cars), cars[c("qsec", "wt")])
  golden_linear(here, "interaction-lm", lm(mpg ~ interaction(auto, gear, sep = "/") + interaction(cyl, vs) + wt, cars), cars[c("auto", "gear", "cyl", "vs", "wt")])
  # parsnip is not among Debian's packages: a workflow that it made, with another formula and the lm of that formula's matrix.
  workflow <- readRDS(file.path(here, "pipelines", "engine-lm.RDS"))
  types <- workflow$pre$mold$blueprint$ptypes$predictors
  set.seed(21)
  homes <- data.frame(area = runif(80, 30, 200), lat = runif(80, -1, 1), zone = factor(sample(levels(types$zone), 80, TRUE), levels(types$zone)))
  homes$y <- sqrt(homes$area) + as.integer(homes$zone) + homes$lat + rnorm(80)
  frame <- model.frame(y ~ ns(area, 3) * zone + bs(lat, 4), homes)
  kept <- delete.response(terms(frame))
  columns <- model.matrix(kept, frame)[, -1]
  attr(kept, "intercept") <- 0L
  attr(kept, "dataClasses") <- attr(kept, "dataClasses")[-1]
  workflow$pre$mold$blueprint$terms$predictors <- kept
  workflow$fit$fit$fit <- lm(..y ~ ., data.frame(..y = homes$y, columns, check.names = FALSE))
  write_golden(here, "splines-workflow", workflow, "regression", homes[1:30, 1:3], predict(lm(y ~ ns(area, 3) * zone + bs(lat, 4), homes), homes[1:30, ]))
})

# Makes the goldens of glmnet: Rscript tests/golden/make-glmnet.R (R 4.2.2 and Debian 12's r-cran-glmnet, 4.1-6).
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
source(file.path(here, "write-glmnet.R"))
suppressPackageStartupMessages({library(glmnet); library(survival)})
RNGversion("4.0.0")

set.seed(20)
cars <- as.matrix(mtcars[c("cyl", "disp", "hp", "drat", "wt", "qsec")])
some <- cars[seq(1, 32, 3), ]
between <- list(list(s = 0.35), list(s = 1e-3), list(s = 1e6))
golden_glmnet(here, "glmnet-gaussian", glmnet(cars, mtcars$mpg, alpha = 0.5, nlambda = 15), some, between)
golden_glmnet(here, "glmnet-unnamed", glmnet(unname(cars), mtcars$mpg, lambda = 0.5), some)
golden_glmnet(here, "glmnet-cv", cv.glmnet(cars, mtcars$mpg, nfolds = 4, nlambda = 20), some, list(list(s = "lambda.min"), list(s = "lambda.1se"), list(s = 0.7)))
golden_glmnet(here, "glmnet-relaxed", glmnet(cars, mtcars$mpg, relax = TRUE, nlambda = 12), some, list(list(s = 0.4, gamma = 0), list(s = 0.4, gamma = 0.3), list(s = 2, gamma = 1)))
golden_glmnet(here, "glmnet-cv-relaxed", cv.glmnet(cars, mtcars$mpg, relax = TRUE, nfolds = 4, nlambda = 12), some,
              list(list(s = "lambda.min"), list(s = "lambda.min", gamma = "gamma.1se"), list(s = 0.9), list(s = 0.9, gamma = 0.5), list(gamma = "gamma.min")))

golden_glmnet(here, "glmnet-binomial", glmnet(cars, mtcars$am, family = "binomial", nlambda = 15), some, list(list(s = 0.02), list(s = 0.1)))
shift <- seq(-1, 1, length.out = 32)
golden_glmnet(here, "glmnet-binomial-offset", glmnet(cars, factor(mtcars$am, labels = c("automatic", "manual")), family = "binomial", offset = shift, lambda = c(0.2, 0.05)), some,
              list(list(s = 0.1)), offset = shift[seq(1, 32, 3)])
flowers <- as.matrix(iris[1:4])
few <- flowers[seq(1, 150, 11), ]
golden_glmnet(here, "glmnet-multinomial", cv.glmnet(flowers, iris$Species, family = "multinomial", nfolds = 4, nlambda = 20), few, list(list(s = "lambda.min"), list(s = 0.05)))
golden_glmnet(here, "glmnet-multinomial-grouped", glmnet(flowers, iris$Species, family = "multinomial", type.multinomial = "grouped", nlambda = 10, offset = matrix(rep(c(0.5, 0, -0.5), 150), 150, byrow = TRUE)), few,
              list(list(s = 0.03)), offset = matrix(rnorm(3 * nrow(few)), ncol = 3))
golden_glmnet(here, "glmnet-poisson", glmnet(cars, mtcars$carb, family = "poisson", nlambda = 12, offset = log(mtcars$gear)), some, list(list(s = 0.05)), offset = log(mtcars$gear)[seq(1, 32, 3)])
golden_glmnet(here, "glmnet-cox", cv.glmnet(as.matrix(lung2 <- na.omit(lung)[c("age", "sex", "ph.ecog", "wt.loss")]), with(na.omit(lung), Surv(time, status == 2)), family = "cox", nfolds = 4, nlambda = 20), as.matrix(lung2)[1:12, ], list(list(s = "lambda.min"), list(s = 0.03)))
golden_glmnet(here, "glmnet-mgaussian", glmnet(cars[, 3:6], as.matrix(mtcars[c("mpg", "disp")]), family = "mgaussian", nlambda = 12), cars[seq(1, 32, 3), 3:6], list(list(s = 3)))
golden_glmnet(here, "glmnet-family", glmnet(cars, mtcars$am, family = binomial("probit"), nlambda = 12), some, list(list(s = 0.05)))
golden_glmnet(here, "glmnet-family-gamma", glmnet(cars, mtcars$mpg, family = Gamma("log"), nlambda = 12), some, list(list(s = 0.05)))

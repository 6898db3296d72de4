# Makes the goldens of partykit's trees and ipred's bags: Rscript tests/golden/make-trees.R [NAME...] (R 4.2.2, partykit 1.2-16 and ipred
# 0.9-13 of Debian 12). With names it makes those alone.
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
source(file.path(here, "write-trees.R"))
RNGversion("4.0.0")
wanted <- commandArgs(TRUE)
tree <- function(name, make) if (length(wanted) == 0 || name %in% wanted) make(name)

suppressPackageStartupMessages({library(partykit); library(rpart)})
tree("ctree", function(name) golden_party(here, name, ctree(Species ~ ., iris), iris[seq(1, 150, 5), 1:4]))
air <- airquality[!is.na(airquality$Ozone), ]
holed <- airquality[c(1, 5, 6, 11, 27, 40, 60, 96:98, 130, 150), 2:6]
holed$Temp[c(2, 5, 9)] <- NA
holed$Wind[c(5, 7)] <- NA
tree("ctree-surrogates", function(name) golden_party(here, name, ctree(Ozone ~ ., air, control = ctree_control(maxsurrogate = 3)), holed))
tree("ctree-majority", function(name) golden_party(here, name, ctree(Ozone ~ ., air, control = ctree_control(majority = TRUE, intersplit = TRUE)), holed))
set.seed(41)
shops <- data.frame(city = factor(sample(letters[1:9], 200, TRUE)), size = ordered(sample(c("S", "M", "L"), 200, TRUE), c("S", "M", "L")), open = runif(200) < 0.5, sales = round(rexp(200), 2))
shops$grade <- ordered(cut(match(shops$city, letters) %% 4 + as.integer(shops$size) + 2 * shops$open + rnorm(200), c(-Inf, 3, 5, Inf), labels = c("low", "mid", "high")))
tree("ctree-ordered", function(name) golden_party(here, name, ctree(grade ~ city + size + sqrt(sales), shops, weights = rep(1:2, 100), control = ctree_control(alpha = 0.9, minsplit = 8, minbucket = 3)), shops[1:40, c("city", "size", "sales")]))
tree("ctree-MIA", function(name) {
  shops$city[1:30] <- NA
  golden_party(here, name, ctree(grade ~ city + size, shops, control = ctree_control(MIA = TRUE, alpha = 0.5)), shops[20:50, c("city", "size")])
})
# ctree-MIA-break splits the missing values from all others. It is the third model of `Rscript tests/r/trees.R` with the seed 117105161.
tree("party-rpart", function(name) golden_party(here, name, as.party(rpart(grade ~ city + sales, shops)), shops[1:30, c("city", "sales")]))

suppressPackageStartupMessages(library(ipred))
set.seed(42)
tree("bagging", function(name) golden_bag(here, name, bagging(Ozone ~ ., air, nbagg = 8, keepX = FALSE, control = rpart.control(minsplit = 10, cp = 0.02, xval = 0)), holed))
tree("bagging-classes", function(name) golden_bag(here, name, bagging(grade ~ city + size + sales, shops, nbagg = 9, keepX = FALSE, control = rpart.control(minsplit = 30, xval = 0)), shops[1:40, c("city", "size", "sales")]))

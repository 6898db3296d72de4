# Makes the goldens of lme4's mixed models: Rscript tests/golden/make-mixed.R [NAME...] (R 4.2.2, lme4 1.1-31 of Debian 12, with R's
# reference BLAS). With names it makes those alone.
arguments <- commandArgs(FALSE)
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
source(file.path(here, "write-others.R"))
source(file.path(here, "write-mixed.R"))
suppressPackageStartupMessages(library(lme4))
RNGversion("4.0.0")
wanted <- commandArgs(TRUE)
mixed <- function(name, model, rows, new) {
  if (length(wanted) > 0 && !name %in% wanted) return(invisible())
  golden_mixed(here, name, model, rows, new)
  # A class's definition lies in the file with every object of it: xz makes a third of it.
  saveRDS(model, file.path(here, paste0(name, ".RDS")), version = 3, compress = "xz")
}
# Rows of which every second one has a group that training did not have.
unseen <- function(rows, column, label) {
  rows[[column]] <- ifelse(seq_len(nrow(rows)) %% 2 == 0, label, as.character(rows[[column]]))
  rows
}
quiet <- lmerControl(calc.derivs = FALSE, check.rankX = "silent.drop.cols", check.conv.singular = "ignore")

rows <- sleepstudy[seq(1, 180, 7), c("Days", "Subject")]
mixed("lmer", lmer(Reaction ~ Days + (Days | Subject), sleepstudy, control = quiet), rows, unseen(rows[1:8, ], "Subject", "999"))

# Nested groups, one of numbers; columns that depend on others, a logical slope, a spline, an offset, weights.
set.seed(31)
schools <- data.frame(school = sample(c(4, 7, 10, 12.5), 160, TRUE), class = sample(c("a", "b", "c"), 160, TRUE), age = round(runif(160, 6, 18), 1),
  girl = runif(160) < 0.5, town = factor(sample(c("north", "south", "west"), 160, TRUE)), hours = round(runif(160, 1, 30)))
schools$score <- with(schools, 50 + age + 3 * girl + school / 2 + 2 * match(class, letters) + as.integer(town) + rnorm(160, 0, 2))
model <- lmer(score ~ splines::ns(age, 3) + girl * town + I(2 * age) + I(4 * age) + offset(hours / 10) + (girl | school/class) + (1 | town), schools, weights = hours, control = quiet)
rows <- schools[seq(1, 160, 6), c("age", "girl", "town", "hours", "school", "class")]
new <- rows[1:8, ]
new$school[1:3] <- 99
new$class[3:6] <- "z"
mixed("lmer-nested", model, rows, new)

model <- lmer(score ~ 0 + town + (0 + town || school) + (poly(age, 2) | class), schools, REML = FALSE, contrasts = list(town = "contr.sum"), control = quiet)
rows <- rows[c("age", "town", "school", "class")]
new <- rows[1:8, ]
new$school[1:5] <- 5
mixed("lmer-apart", model, rows, new)

model <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, nAGQ = 9)
rows <- cbpp[seq(1, 56, 3), c("period", "herd")]
mixed("glmer", model, rows, unseen(rows[1:8, ], "herd", "none"))

schools$days <- rpois(160, exp(schools$score / 40))
model <- glmer(days ~ scale(age) + (1 | school:class) + (1 | girl), schools, poisson("sqrt"), nAGQ = 0)
rows <- schools[seq(1, 160, 6), c("age", "school", "class", "girl")]
mixed("glmer-groups", model, rows, unseen(rows[1:8, ], "class", "none"))

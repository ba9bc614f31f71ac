"""Wrong answers in circulation, one row each: the published variant of an exercise names the mistake behind each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from core.labs.bias_variance.exercises.decomposition import SIMULATION, Simulation
from pages.ui import shell

TEMPLATES = {template.key: template for lab in shell.labs().values() for template in lab.exercises}

# Row, exercise, the beginning of a question's label, what is typed, and the mistake.
ROWS = (
    ("0.1", "bias_variance.parameters", "Expected error on new", "0.2", "test_below_noise"),
    ("0.2", "neighbors.vote", "Share of blue among the 3 nearest", "2/3", "label_slip"),
    ("0.3", "logistic.exam", "Probability", ".6225", "sign"),
    ("0.3", "logistic.exam", "Probability", ".6065", "odds"),
    ("0.5", "neighbors.cosine", "Cosines", "-1; 1; -2; 2", "no_norm"),
    ("0.5", "neighbors.cosine", "Order", "CABD", "ascending"),
    ("0.6", "convolution.lenet", "Connections", "117,600", "bias_forgotten"),
    ("0.6", "convolution.sparse", "Parameters with this", "2,416", "full_table"),
    ("0.6", "convolution.point", "Side of C5", "1", "c5_flattens"),
    ("0.7", "bias_variance.leave_one_out", "Leave-one-out RMSE", "5.58", "training_error"),
    ("0.7", "bias_variance.leave_one_out", "Leave-one-out RMSE", "7.00", "mean_absolute"),
    ("0.7", "bias_variance.leave_one_out", "Leave-one-out RMSE", "55.4", "mse"),
    ("0.7", "bias_variance.leave_one_out", "Now np.random.seed", "it changes", "it changes"),
    ("0.7", "model_selection.left_out", "Leave-one-out RMSE", "2.86311; 1.02456; 1.02425; 1.01595", "training_error"),
    ("0.7", "model_selection.left_out", "Leave-one-out RMSE", "2.23909; .90446; .91749; .92549", "mean_absolute"),
    ("0.7", "model_selection.left_out", "Leave-one-out RMSE", "8.888; 1.116; 1.162; 1.147", "mse"),
    ("0.7", "model_selection.left_out", "Degree with the smallest", "4", "training_error"),
    ("0.7", "model_selection.left_out", "Now np.random.seed", "yes", "seed_without_redraw"),
    ("0.8", "schedules.annealed", "Rate after the 5", "0", "annealed"),
    ("0.8", "schedules.annealed", "The printed accuracy", "test images", "test images"),
    ("0.8", "schedules.best_epoch", "Accuracy of the saved", "0.47", "best_outside_if"),
    ("0.9", "transfer.vgg19", "Frozen", "2,325,568", "one_too_many"),
    ("0.9", "transfer.vgg19", "Frozen", "1,145,408", "one_too_few"),
    ("0.9", "transfer.vgg19", "Trainable", "18,288,896", "head_forgotten"),
    ("0.9", "transfer.softmax", "Loss of a perfect", ".693", "all_wrong_classes"),
    ("0.9", "transfer.resize", "Images that are resized", "60000", "shape_0"),
    ("0.9", "transfer.parent", "Parameters that are trained", "18,294,026", "parent_frozen"),
    ("0.10", "cnn_cost.vgg", "All activations", "15,184,192", "rounded_cells"),
    ("0.10", "cnn_cost.vgg", "All activations", "15,087,080", "input_row"),
    ("0.10", "cnn_cost.vgg", "All parameters", "138,357,544", "bias_counted"),
    ("0.10", "cnn_cost.vgg", "All parameters", "143,652,544", "fourth_conv"),
    ("0.11", "normalization.parameters", "Parameters", "690", "keeps_bias"),
    ("0.11", "normalization.parameters", "Parameters", "720", "counts_buffers"),
    ("0.12", "inception.designs", "3 bottlenecks", "3.25", "one_bottleneck"),
    ("0.12", "inception.designs", "3 bottlenecks", "33", "not_halved"),
    ("0.12", "inception.designs", "Two 4×4", "16", "one_layer"),
    ("0.12", "inception.designs", "3 times 3×3", "9", "one_layer"),
    ("0.12", "inception.designs", "1×7, then", "7", "one_layer"),
    ("1.1", "cnn_cost.dense", "All weights", "453,750", "dropped_zero"),
    ("1.1", "cnn_cost.dense", "Weights of layer 1", "60,000", "dropped_zero"),
    ("1.1", "cnn_cost.dense", "All weights", "995,025", "bias_counted"),
    ("1.1", "cnn_cost.dense", "All weights", "2,475", "nodes"),
    ("1.1", "cnn_cost.dense", "All weights", "975,000", "output_forgotten"),
    ("1.2", "gradients.layer", "Gradient g", ".662; .497", "tanh_of_output"),
    ("1.2", "gradients.layer", "Entries of the gradient by x", "4", "bias_in_dx"),
    ("1.3", "cnn_cost.table", "Sides", "256; 128; 61; 31; 25; 19", "ceil"),
    ("1.3", "cnn_cost.table", "Weights of conv-1", "27", "one_filter"),
    ("1.3", "cnn_cost.table", "Weights of conv-2", "3,200", "one_filter"),
    ("1.3", "cnn_cost.table", "Weights of conv-3", "3,136", "one_filter"),
    ("1.3", "cnn_cost.table", "Weights of conv-3", "802,816", "kernel_depth"),
    ("1.4b", "inception.pooled", "Operations of the 5×5 alone, reduced", "3,355,443,200", "branch_depth"),
    ("1.4b", "inception.pooled", "Operations, reduced", "10,544,480,256", "branch_depth"),
    ("1.4b", "inception.pooled", "Operations, reduced", "10,468,982,784", "branch_depth+pool_counted"),
    ("1.4c", "inception.pooled", "Operations of the 5×5 alone, naive", "26,843,545,600", "branch_depth"),
    ("1.4c", "inception.pooled", "Operations, naive", "37,119,590,400", "branch_depth"),
    ("1.4c", "inception.weights", "Parameters, naive", "1,671,168", "mixed_1x1"),
    ("2.1", "trees.table", "Gain of A1", "0.471; 0.512; 0.0118", "unweighted"),
    ("2.2", "gradients.softmax", "Gradient", "0.335; -0.245; -0.0900", "sign"),
    ("2.2", "gradients.softmax", "Gradient", "0.223; 0.185; 0.0819", "diag_only"),
    ("2.3", "gradients.ways", "Derivative of the maximum", "1", "all_ties_one"),
    ("3.1.2", "bias_variance.noise", "Third argument", "0.3", "var_as_sd"),
    ("3.1.2", "bias_variance.noise", "random.seed(0)", "yes", "yes"),
    ("3.1.3", "bias_variance.rank", "From the best", "BAC", "by_eye"),
    ("3.1.4", "bias_variance.point", "Variance", "0.192", "divisor_n"),
    ("3.1.5", "regularization.errors", "Expected squared error without", "0.2252216", "one_test_set"),
    ("3.1.5", "regularization.errors", "Expected squared error with ", ".717", "one_test_set"),
    ("3.1.5", "regularization.errors", "Their ratio", "3.18", "one_test_set"),
    ("3.1.5", "regularization.errors", "What does this penalty", "every penalty lowers it", "every penalty lowers it"),
    ("3.2.1", "ranking_curves.prevalence", "Precision now", "93.1%", "prevalence_free"),
    ("3.2.1", "ranking_curves.between", "Precision halfway", "58.4%", "linear_in_pr"),
    ("3.2.1", "ranking_curves.between", "Which precision", "precision 1", "precision 1"),
    ("3.2.2", "ranking_curves.endpoint", "Area by trapezoids", "0.75", "drop_endpoint"),
    ("3.2.3", "ranking_curves.gains", "Area under", "-0.103", "no_div_p"),
    ("3.2.3", "ranking_curves.everything", "Its point in precision-recall-gain", "(1, 1)", "(1, 1)"),
    ("3.2.3", "ranking_curves.everything", "Random scorers", "the diagonal", "the diagonal"),
    ("3.3.0", "cnn_cost.whole", "Parameters", "1,265,466", "not_the_paper"),
    ("3.3.1", "lr_range.reading", "Rate with the smallest", "0.00193", "argmin_next"),
    ("3.3.1", "lr_range.reading", "Rate with the smallest", "0.00720", "nan_argmin"),
    ("3.3.1", "lr_range.reading", "Weights kept", "the rates", "the rates"),
    ("3.3.1", "lr_range.updates", "Updates for all", "4,690", "one_rate"),
    ("3.3.2", "schedules.truncated", "Updates in all", "9,370", "incomplete_batch_forgotten"),
    ("3.3.2", "schedules.truncated", "Rate after", "2.78e-5", "whole_cycle"),
    ("3.3.2", "schedules.triangle", "Rate at update", "0.450", "gamma_default"),
    ("3.3.2", "schedules.outer_loop", "Steps of", "9380", "updates_as_epochs"),
    ("3.3.3", "schedules.growing_batch", "Updates in all", "18,000", "samples_not_updates"),
    ("3.3.3", "schedules.divided", "Their mean loss", ".676", "divide_by_i_plus_1"),
    ("3.3.3", "schedules.same_as_cycles", "What does the printed", "that it is as good as with cycles", ""),
    ("3.4.2b", "inception.depth", "Depth of the output, naive", "416", "pool_forgotten"),
    ("3.4.2b", "inception.depth", "Depth of the output, reduced", "672", "pool_not_projected"),
    ("3.4.2b", "inception.depth", "Depth of the output, reduced", "640", "adds_reduces"),
    ("3.4.2b", "inception.depth", "Output values, reduced", "655,360", "adds_reduces"),
    ("3.4.2c", "inception.saving", "Saving", "35.62%", "fraction_left"),
    ("3.4.2c", "inception.saving", "Saving", "44.08%", "cin_of_module"),
    ("3.4.2c", "inception.saving", "Saving", "180.74%", "naive_over_reduced"),
    ("3.4.2c", "inception.saving", "Operations, naive", "2,231,369,728", "flops"),
    ("3.4.2d", "inception.saving", "Operations, naive", "1,089,536", "parameters"),
    ("3.4.2d", "inception.saving", "Operations, reduced", "388,096", "parameters"),
    ("3.5", "staleness.listed", "Staleness of learner 2", "2; 3", "unlisted_tie"),
    ("4.1", "cnn_cost.lenet", "Parameters of the network", "61,470", "bias_forgotten"),
    ("4.1", "cnn_cost.lenet", "Parameters of the network", "61,750", "relu_params"),
    ("4.2", "convolution.product", "The four", "40 40 40 40", "flip"),
    ("4.2", "convolution.matrix", "Shape of W", "16×4", "transposed"),
    ("4.2", "convolution.matrix", "Such a matrix", "circulant", "circulant"),
    ("4.3", "logistic.losses", "Mean cross-entropy", ".3", "squared_error"),
    ("4.3", "logistic.losses", "Mean cross-entropy", "2.408", "sum"),
)


def question(key: str, start: str) -> Any:
    (found,) = [one for one in TEMPLATES[key].variant(0).questions if one.label.startswith(start)][:1]
    return found


@pytest.mark.parametrize(
    ("row", "key", "start", "typed", "name"), ROWS, ids=[f"{r[0]} {r[3]} {k}" for k, r in enumerate(ROWS)]
)
def test_a_wrong_answer_in_circulation_is_named(row: str, key: str, start: str, typed: str, name: str) -> None:
    verdict = question(key, start).judge(typed)
    assert verdict.state == "mistake", verdict
    assert (name or typed) in verdict.slips, verdict


def test_leave_one_out_of_four_degrees_is_the_published_one() -> None:
    assert question("model_selection.left_out", "Leave-one-out RMSE").judge("2.98131; 1.05648; 1.07807; 1.07105").right


def test_the_simulated_bias_of_a_hundred_fits_is_named() -> None:
    """Row 3.1.4: bias² of the mean of 100 fits still holds a hundredth of the variance .412."""
    unbiased = SIMULATION.ask(Simulation(100, Fraction(".005729"), Fraction(".4120016")))[1]
    assert unbiased.judge("0.00573").slips == ("mc_bias_inflated",)
    assert float(unbiased.truth) == pytest.approx(0.005729 - 0.00412, abs=1e-6)


@pytest.mark.parametrize("words", ["training error", "test error is above", "contains the noise", "At every single"])
def test_claims_on_five_curves_are_all_asked(words: str) -> None:
    """Row 0.1: some variant asks for each claim, and a wrong answer to it has its reason."""
    claims = (q for number in range(30) for q in TEMPLATES["bias_variance.claims"].variant(number).questions)
    asked = next(one for one in claims if words in one.label)
    wrong = "false" if asked.truth == "true" else "true"
    assert asked.judge(wrong).state == "mistake"


def test_cross_terms_name_each_wrong_step() -> None:
    """Row 3.1.1: uncorrelated factors, the noise of the training points, a lost mean, and a lost minus."""
    first, trained, expanded = TEMPLATES["bias_variance.cross_terms"].variant(0).questions
    for asked, typed in (
        (first, "uncorrelated"),
        (trained, "it vanishes too"),
        (expanded, "E[(f(x₁)"),
        (expanded, "ε + g"),
    ):
        option = next(one for one in asked.kind.options if typed in one)
        assert asked.judge(option).state == "mistake"


def test_a_row_with_15_entries_is_told_that_one_is_lost() -> None:
    """Row 4.2."""
    verdict = question("convolution.row", "Row 1").judge("-1 0 1 0 -2 0 2 0 -1 0 1 0 0 0 0")
    assert "16 numbers" in verdict.words and "this one has 15" in verdict.words


def test_the_whole_inception_of_the_paper() -> None:
    """Row 3.3.0: as PyTorch counts it, with one channel, biases, and both parameters of the normalization."""
    asked = question("cnn_cost.whole", "Parameters")
    assert asked.truth == 1_651_098
    assert asked.judge("1,651,098").right
    assert asked.judge("1,652,826").slips == ("another_image",)
    assert asked.judge("1,649,386").slips == ("bias_forgotten",)

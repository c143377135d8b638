"""What this room computes for each expected field of a golden vector, by the first part of the vector's name."""

from collections.abc import Callable
from dataclasses import dataclass

from mist_ci import stats
from tests.unit.stats.golden import VECTORS, Fields

WORKED_INPUTS = {
    "support-qa": "bin/improved",
    "math": "bin/real_drop",
    "coding": "bin/large_pass",
    "safety": "bin/no_discordance_60",
    "tone-rubric": "t/graded24",
}
QUARTERS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Elsewhere:
    """A field that another test compares: verdicts are made in the gate."""

    module: str
    test: str


WORKED = "tests/unit/gate/test_worked_example.py"
ALONE = Elsewhere(WORKED, "test_a_suite_alone_gets_the_verdict_of_its_vector_at_each_margin")
EACH_SUITE = Elsewhere(WORKED, "test_each_worked_suite_has_its_interval_its_p_values_and_its_verdict")
OVERALL = Elsewhere(WORKED, "test_the_worked_overall_hypothesis_leaves_the_target_out_and_regresses")
CHECK = Elsewhere(WORKED, "test_the_worked_gate_fails_with_exit_code_1")


def under(prefix: str, fields: Fields) -> Fields:
    return {f"{prefix}.{name}": value for name, value in fields.items()}


def differences_of(given: Fields) -> list[float]:
    if "D" in given:
        return [float(difference) for difference in given["D"]]
    rest = given["n"] - given["gain"] - given["loss"]
    return [1.0] * given["gain"] + [-1.0] * given["loss"] + [0.0] * rest


def interval_of(vector: Fields) -> stats.Interval:
    given = vector["input"]
    return stats.paired_interval(differences_of(given), alpha=given["alpha"], clusters=given.get("clusters"))


def bounds_of(bounds: stats.Bounds | stats.Interval | stats.Overall) -> list[float]:
    return [bounds.low, bounds.high]


def suite_fields(vector: Fields) -> Fields:
    found = interval_of(vector)
    return {
        "est": found.estimate,
        "L": found.low,
        "U": found.high,
        "p_reg": found.p_regressed,
        "p_imp": found.p_improved,
        "verdict_m05": ALONE,
        "verdict_m02": ALONE,
    }


def binary(vector: Fields) -> Fields:
    gains, losses, n = (vector["input"][key] for key in ("gain", "loss", "n"))
    found = interval_of(vector)
    assert found.method == "tango"
    own = {
        "n": found.n,
        "gain": sum(difference > 0 for difference in differences_of(vector["input"])),
        "loss": sum(difference < 0 for difference in differences_of(vector["input"])),
        "z0": stats.tango_z(gains, losses, n, 0.0),
        "mcnemar_exact_1s": stats.mcnemar_exact(gains, losses),
        "mcnemar_midp_1s": stats.mcnemar_midp(gains, losses),
    }
    return under("expect", suite_fields(vector) | own)


def graded(vector: Fields) -> Fields:
    given = vector["input"]
    mean = stats.guarded_mean(differences_of(given), clusters=given["clusters"])
    own = {"center": mean.center, "se": mean.se, "df": mean.df, "method": interval_of(vector).method}
    return under("expect", suite_fields(vector) | own)


def holm(vector: Fields) -> Fields:
    return {
        "expect": list(stats.holm_adjusted(vector["input"])),
        "bh": list(stats.benjamini_hochberg_adjusted(vector["input"])),
    }


def boundaries(vector: Fields) -> Fields:
    alpha, times = vector["input"]["alpha"], tuple(vector["input"]["fractions"])
    return {
        "expect_z": list(stats.obf_boundaries(alpha, times)),
        "spend": [stats.obf_spent(alpha, time) for time in times],
    }


def forgotten(vector: Fields) -> Fields:
    given = vector["input"]
    found = stats.forgetting_between(given["base"], given["head"], choices=given["choices"])
    return under(
        "expect",
        {
            "n": found.samples,
            "base_mean": found.base_mean,
            "head_mean": found.head_mean,
            "delta": found.delta,
            "F": found.forgetting,
            "G": found.gain,
            "forgetting_rate": found.forgetting_rate,
            "retention": found.retention,
            "floor": found.floor,
            "F_net": found.net_forgetting,
            "G_net": found.net_gain,
            "FR_net": found.net_forgetting_rate,
            "chance_term": found.chance_term,
            "F_chance": found.chance_forgetting,
            "G_chance": found.chance_gain,
        },
    )


def attempts(vector: Fields) -> Fields:
    counts = [vector["input"][key] for key in ("n", "c", "k")]
    return {"pass_at_k": stats.pass_at_k(*counts), "pass_hat_k": stats.pass_all_k(*counts)}


def proportion(vector: Fields) -> Fields:
    x, n, level = (vector["input"][key] for key in ("x", "n", "level"))
    return {
        "wilson": bounds_of(stats.wilson_interval(x, n, level=level)),
        "clopper_pearson": bounds_of(stats.clopper_pearson_interval(x, n, level=level)),
        "jeffreys": bounds_of(stats.jeffreys_interval(x, n, level=level)),
    }


def kappa(vector: Fields) -> Fields:
    found = stats.cohens_kappa(vector["input"], level=0.95)
    return {"kappa": found.kappa, "ci95": bounds_of(found.interval)}


def attenuation(vector: Fields) -> Fields:
    given = vector["input"]
    shares = {"sensitivity": given["sens"], "specificity": given["spec"]}
    return {"delta_corrected": stats.unattenuated_difference(given["delta_obs"], **shares)}


def betting(vector: Fields) -> Fields:
    found = stats.bet_on_worse(vector["input"]["D"], alpha=1 / 20, stakes=vector["input"]["lambdas"])
    return under(
        "expect",
        {
            "E_final": found.final,
            "E_max": found.largest,
            "p_anytime": found.p_value,
            "first_t_E_ge_20": found.first_at,
        },
    )


def overall_fields(suites: list[stats.Interval]) -> Fields:
    found = stats.overall_interval(suites, alpha=0.05)
    return {
        "delta": found.estimate,
        "se": found.se,
        "z": found.estimate / found.se,
        "p_reg": found.p_regressed,
        "L": found.low,
        "U": found.high,
    }


def overall(vector: Fields) -> Fields:
    pairs = vector["input"]
    return under(
        "expect",
        overall_fields([stats.Interval(100, delta, -1.0, 1.0, se, 0.5, 0.5, "t") for delta, se in pairs]),
    )


def missing(vector: Fields) -> Fields:
    found = stats.imputed_interval([(base, head) for base, head in vector["input"]], alpha=0.05)
    return under(
        "expect",
        {
            "n_used": found.interval.n,
            "n_both_missing": found.both_missing,
            "L_worst": found.interval.low,
            "U_best": found.interval.high,
            "p_reg_best": found.interval.p_regressed,
            "est_worst": found.worst.estimate,
            "est_best": found.best.estimate,
        },
    )


def prediction_powered(vector: Fields) -> Fields:
    given = vector["input"]
    judged = [head - base for base, head in zip(given["JB"], given["JH"], strict=True)]
    people = [head - base for base, head in zip(given["yB"], given["yH"], strict=True)]
    judge = [head - base for base, head in zip(given["jB"], given["jH"], strict=True)]
    found = stats.rectified_difference(judged, list(zip(people, judge, strict=True)), alpha=0.05)
    low, high = bounds_of(found.interval)
    return under("expect", {"est": found.estimate, "se": found.se, "L": low, "U": high})


def published(vector: Fields) -> Fields:
    gains, losses, n, alpha = (vector["input"][key] for key in ("gain", "loss", "n", "alpha"))
    return {"L_U": bounds_of(stats.tango_bounds(gains, losses, n, alpha=alpha))}


def look(vector: Fields) -> Fields:
    """Low at the level of all of alpha, high at that of Holm's first step; a pass is looked for first."""
    given = vector["input"]
    gains, losses, n, index = given["gain"], given["loss"], given["n"], given["look"] - 1
    z, z_margin = (stats.tango_z(gains, losses, n, shift) for shift in (0.0, -given["margin"]))
    shares = (0.05, 0.05 / given["nhyp"])
    for_pass, for_regress = (stats.obf_boundaries(share, QUARTERS)[index] for share in shares)
    levels = [stats.nominal_alpha(share, QUARTERS, index) for share in shares]
    for_low, for_high = (stats.tango_bounds(gains, losses, n, alpha=level) for level in levels)
    decision = "pass" if z_margin >= for_pass else "regressed" if z <= -for_regress else "continue"
    return under(
        "expect",
        {
            "z0": z,
            "z_margin": z_margin,
            "bound_regress": for_regress,
            "bound_pass": for_pass,
            "decision": decision,
            "L_repeated": for_low.low,
            "U_repeated": for_high.high,
        },
    )


def worked(vector: Fields) -> Fields:
    names = [suite["name"] for suite in vector["suites"]]
    found = {name: interval_of(VECTORS[WORKED_INPUTS[name]]) for name in names}
    kept = [found[suite["name"]] for suite in vector["suites"] if suite["role"] != "target"]
    deltas = [interval.estimate for interval in kept]
    everything = overall_fields(kept)
    worse = stats.holm_adjusted([found[name].p_regressed for name in names] + [everything["p_reg"]])
    better = stats.holm_adjusted([found[name].p_improved for name in names])
    fields = under("overall", everything | {"p_reg_holm": worse[-1], "verdict": OVERALL})
    for name, p_worse, p_better in zip(names, worse, better, strict=False):
        own = {
            "n": found[name].n,
            "se_overall": found[name].se,
            "method": found[name].method,
            "p_reg_holm": p_worse,
            "p_imp_holm": p_better,
            "verdict": EACH_SUITE,
        }
        fields |= under(f"suites.{name}", suite_fields(VECTORS[WORKED_INPUTS[name]]) | own)
    return fields | {
        "BWT": stats.backward_transfer(deltas),
        "FGT_sum": stats.forgetting_sum(deltas),
        "FGT_mean": stats.forgetting_mean(deltas),
        "check": CHECK,
    }


COMPUTED: dict[str, Callable[[Fields], Fields]] = {
    "bin": binary,
    "t": graded,
    "holm": holm,
    "obf": boundaries,
    "forget": forgotten,
    "passk": attempts,
    "prop": proportion,
    "kappa": kappa,
    "judge_attenuation": attenuation,
    "evalue": betting,
    "overall": overall,
    "nreq": lambda vector: {"n": stats.n_required(**vector["input"])},
    "mde": lambda vector: {"mde": stats.minimum_detectable_effect(**vector["input"])},
    "missing": missing,
    "ppi": prediction_powered,
    "tango": published,
    "gate": worked,
    "seq": look,
}

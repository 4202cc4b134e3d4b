"""Evaluate a model on newer measurements: is it still right, and is a candidate better?

Exit status: 0 the model holds, or the candidate is not better; 1 the model is outdated, or the candidate is better;
2 the data, a model or an option is at fault; 3 the program is; 130 interrupted.
"""

import logging
import sys
import traceback
from collections.abc import Sequence

from forecast_core.errors import DataError, InvalidModel, one_line

INTERRUPTED = 130

try:
    from serving.onnx_model import load_model
    from training.csv_file import read_source
    from training.evaluation import Evaluation, evaluate
    from training.load_profile import read_load_profile
    from training.model_file import write_evaluation
    from training.options import read_evaluation_options
except ImportError as error:
    what = f"{error.name} is not installed" if isinstance(error, ModuleNotFoundError) else str(error)
    how = f"run {sys.executable} -m pip install -r requirements.txt first"
    print(f"evaluate.py: {what}; {how}", file=sys.stderr)
    sys.exit(2)
except KeyboardInterrupt:
    sys.exit(INTERRUPTED)

log = logging.getLogger("evaluate")


def run(arguments: Sequence[str] | None = None) -> Evaluation:
    """Compare the forecasts of a model, and of a candidate, with newer measurements, and write the report.

    :param arguments: None for those of the process.
    :raises DataError: the data or an option is at fault.
    :raises InvalidModel: a model file cannot be used.
    """
    options = read_evaluation_options(arguments)
    model = load_model(options.model)
    candidate = load_model(options.candidate) if options.candidate else None
    name, content = read_source(options.data)
    profile = read_load_profile(name, content, options.reading(model.card))
    for warning in profile.warnings:
        log.info("warning: %s", warning)

    evaluation = evaluate(profile, model, candidate)
    log.info("%s", evaluation.table())
    for note in evaluation.notes:
        log.info("note: %s", note)
    log.info("%s", evaluation.verdict)  # before the report, so that it is told also where that cannot be written
    write_evaluation(options.report, evaluation)
    return evaluation


def main() -> int:
    """Evaluate as the command line says."""
    logging.basicConfig(stream=sys.stdout, format="%(message)s")
    log.setLevel(logging.INFO)
    try:
        return int(run().is_alarm)
    except (DataError, InvalidModel, OSError) as error:
        print(f"evaluate.py: {one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nevaluate.py: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        print("evaluate.py: that is an error of the program; please report it", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())

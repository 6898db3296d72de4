import path from 'node:path';

/** Where the platform puts what a training job reads, and looks for what it leaves; below /opt/ml in a container. */
export type Places = {
  hyperparameters: string;
  channels: string;
  hosts: string;
  /** The folder with a folder for each channel. */
  data: string;
  model: string;
  report: string;
  metrics: string;
  failure: string;
};

/** The places below a folder (SageMaker's guide, "How Amazon SageMaker provides training information"). */
export function placesBelow(root: string): Places {
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    hyperparameters: at('input/config/hyperparameters.json'),
    channels: at('input/config/inputdataconfig.json'),
    hosts: at('input/config/resourceconfig.json'),
    data: at('input/data'),
    model: at('model/model.canopy'),
    report: at('output/data/report.html'),
    metrics: at('output/data/metrics.json'),
    failure: at('output/failure'),
  };
}

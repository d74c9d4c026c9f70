import { LabIcon } from '@jupyterlab/ui-components';
import daglabSvg from '../../style/icons/daglab.svg';

export const daglabIcon = new LabIcon({ name: 'daglab:icon', svgstr: daglabSvg });

"""Whose address is it: a person's home, or where an office, firm, school, project, road work is.

What stands right before decides first (家住 – 办公地址), then what the address holds (政府大楼) and what follows (咨询电话), then
who was spoken of last: a person (男, 身份证, 户主) or a body (局, 公司, 窗口).
"""

from __future__ import annotations

import re

from deident.detectors.addresses.grammar import DOOR, Reading

BEFORE, BEHIND = 80, 14  # characters that are read around an address
_LINK = r"(?:、联系方式)?(?:详细)?(?:地址?|所在地|所在|址)?(?:变更)?[为是在于疑至]{0,2}[\s:：=“\"（(\[【]*$"
_HOME = re.compile(
    r"(?:家住|现住|均住|同住|居住|户籍|户口|家庭(?:通[讯信]|详细)?|暂住|常住|租住|原住|借住|家[在中]|居留|身份证[上件]?的?|迁[入往至]地?|老屋|老家|我家|住房|住[在于]?"
    r"|[^㐀-鿿]住|本人|寄送|送达|住所|(?:你|您|申请人|当事人|来信人)(?:所|们)?(?:提供|填写|预留|留|登记)的?|被征收(?:人)?房屋|宅基地|收[件货]|配租|房产)(?:位于|坐落于?)?"
    + _LINK
)
_OFFICE = re.compile(
    r"(?:(?:办公|单位|注册|经营|营业|受理|报名|办理|领取|领证|领奖|投递|递交|提交|登记|建设|项目|工程|开标|投标|学校|校区|园区|企业|公司|机构|本[院局所]|来[信访]{1,3}|来访|接待|公证"
    r"|店铺|铺面|门店|生产|选房|发药|办事|听证|会议|考试|考点|面试|体检|培训|施工|场所|活动|集合|展览|供应商|采购人|招标人|代理机构|[甲乙丙]方|管理人|法院|医院|车间|仓库)"
    r"(?:详细)?(?:地址|地点|地|点|处|场所)|地点|反映[至到]|经营场所|窗口|铺面|基站|停车场|(?:项目|工程|公司|工地|厂区|门店|仓库|学校|医院)(?:位于|坐落[于在]|设[于在])|[院校所站厅馆店厂社园行部局处会](?:地址|住所))(?:、联系方式)?(?:[为是在于设]|位于|坐落于?)*[\s:：=“\"（(\[【]*$"
)
_MAIL = re.compile(r"(?:联系|通[信讯]|邮寄|来信)(?:地址|处)|请寄|信件寄|寄[至往到]|送至" + _LINK)
_HOLDS = re.compile(
    r"政府|大厅|服务中心|政务|行政中心|法院|检察院|法庭|派出所|公安|[民财教司税审].{0,4}局|管理局|委员会(?<!村民委员会)(?<!居民委员会)|县委|市委|区委|学校|[中小]学(?![里路巷街新家])|大学(?![路里城])|学院(?![路里])"
    r"|幼儿园|医院(?![路巷街家宿])|卫生[院室]|公司|银行|窗口|酒店|宾馆|商铺|商场|工业园|产业园|会议室|办公|超市|写字楼|科创|商[务业]|大厦|国际|广场|底商|创业|铺$|厂$|[局所站馆店]$"
)
_DWELLING = re.compile(
    r"单元|家属|宿舍|小区.*[栋幢]|(?:[组社屯队]|户|嘎查)[0-9一二三四五六七八九十附号]*$|村(?:委会)?[㐀-鿿]{0,5}[0-9]{1,4}号$|廉租|公租"
)
_FOLLOWS = re.compile(
    r"[)）\]】”\"]?[,，;；。、|\s　]*(?:(?:联系)?电话[:：]?[ 　]*[(（]?0[0-9]{2,3}|单号|双号|联系人|联系电话|咨询|办公|监督|服务|窗口|大厅|诉讼|举报|受理|投诉|邮编|邮政编码|邮箱|传真|官网|网址|值班|接待|开庭|办理|领取|参加|报名|申请|路段|处发生|的?[^,，。;；\s]{0,10}(?:施工|项目|工地|工程)|[^,，。;；\s]{0,14}?(?:局|委员会|中心|大厅|法院|检察院|政府|医院|公司|学校|派出所|办公室|收$|办(?![㐀-鿿])))"
)
_LIVES = re.compile(
    r"(?!单号|双号)(?:的?(?:村民|居民|住户|业主|房屋|住宅|住房|家中|家里|家|一套|老人)|[^,，。;；\s]{2,4}(?:户|家)(?![庭属])|[)）]?[,，](?:因|患|身患|丧偶|独居|离异|残疾))"
)
_WORKS = re.compile(
    r"停电|停水|停气|检修|施工|封闭|管制|绕行|公交|线路|台区|改造|拆迁范围|停靠|途经|起点|终点|路段|投票站|选区|选举|经营|开业|门店|门市|网点"
)
_PERSON = re.compile(
    r"身份证|公民身份|身份号|[,，、(（\t 　](?:男|女)(?![㐀-鿿])|[汉壮回苗满侗彝藏维蒙土瑶白黎]族|出生|[0-9]周?岁|年?[0-9]月[0-9日]*生|文化程?度?[,，]|户主|患者|被告人?|原告|被执行人|信访人|来信人|来信|写信人|投诉人"
    r"|反映人|申请人|借款人|当事人|死者|伤者|走失|老人|村民|家属|监护人|父亲|母亲|之[妻夫子女]|[其前][妻夫子女]|配偶|姓名|您|你|实名|学生|代表|承租人|业主|产权|不动产|权利人|房屋|[小阿]?[先女][生士]|务农|民工|被征收人|婚姻|贫困|低保"
)
_BODY = re.compile(
    r"局|委员会|服务中心|中心|办公室|大厅|法院|检察院|政府|医院|公司|学校|[中小大]学|学院|幼儿园|派出所|管理站|服务站|救助|异议|复核|复议|申诉|[商学工总协]会|十字会|基金会|0[0-9]{2,3}-[0-9]{7,8}|血屋|与.{2,14}联系|服务|咨询|传真|邮编|合作社|银行|处(?=[)）(（:：,，\s　])|[站厅所馆店厂社](?=[)）(（:：,，\s　\t]|$)|窗口|招标|采购|供应商|[甲乙]方|负责人|经营者?|法定代表人"
    r"|监督|投诉电话|举报(?!人)|请寄|请[到与至]|持.{0,12}到|前往|项目|工程|企业|执照|信用代码|许可|我[局院委]|本[局院委]|诊所|铺"
)


def office(before: str, address: str, behind: str, reading: Reading) -> tuple[bool, bool]:
    """Whether an address is a body's rather than a home, and whether that is sure.

    >>> from deident.detectors.addresses.grammar import read
    >>> office("办公地址：", "振兴路9号", "，邮编", read("振兴路9号", 0)), office("陈一一，男，住", "振兴路9号", "。", read("振兴路9号", 0))
    ((True, True), (False, True))
    """
    dwelling = _DWELLING.search(address) is not None
    if _HOME.search(before) and not _BODY.search(before[-14:]):
        return False, True
    if _OFFICE.search(before) or (_MAIL.search(before) and not dwelling):
        return True, True
    if (reading.body or _HOLDS.search(address)) and not dwelling:
        return True, True
    if _LIVES.match(behind):
        return False, True
    if _FOLLOWS.match(behind) and not dwelling:
        return True, False
    line = before.rpartition("\n")[2]
    if _WORKS.search(line) and not dwelling:
        return True, True
    person = max((m.end() for m in _PERSON.finditer(before)), default=-1)
    body = max((m.end() for m in _BODY.finditer(before)), default=-1)
    if dwelling or person > body:
        return False, dwelling or person >= 0
    return body >= 0 or reading.level < DOOR, False
